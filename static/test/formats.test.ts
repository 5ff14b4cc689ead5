import { afterEach, expect, test } from "vitest";
import { readNumber, region, tellNumber } from "../src/lib/formats";
import { exactTime, paintTimes, tellSeconds } from "../src/lib/times";

afterEach(() => {
  for (const name of ["region", "zone"]) delete document.documentElement.dataset[name];
});

test("a number is read as the person's region writes it", () => {
  expect(readNumber("12,5", "de")).toBe("12.5");
  expect(readNumber("1.234,5", "de")).toBe("1234.5");
  expect(readNumber("1.234", "de")).toBe("1234");
  expect(readNumber("1,234", "en")).toBe("1234");
  expect(readNumber("1,234.5", "en")).toBe("1234.5");
  expect(readNumber("1 234,5", "fr")).toBe("1234.5");
  expect(readNumber("1’234.5", "de-CH")).toBe("1234.5");
  expect(readNumber("−3", "sv")).toBe("-3");
});

test("the other decimal sign is understood where it can mean nothing else", () => {
  expect(readNumber("12.5", "de")).toBe("12.5");
  expect(readNumber("12,5", "en")).toBe("12.5");
});

test.each(["", "-", "1.2.3", "12a", "1,2,3", "NaN", "Infinity", "0x10", "1e9"])(
  "“%s” is no number",
  (typed) => {
    expect(readNumber(typed, "de")).toBeNull();
    expect(readNumber(typed, "en")).toBeNull();
  },
);

test("a number is told with all its digits, and apart only where it is not edited", () => {
  expect(tellNumber(1234.5, false, "de")).toBe("1234,5");
  expect(tellNumber(1234.5, true, "de")).toBe("1.234,5");
  expect(tellNumber("12345678901234567890.12", false, "en")).toBe("12345678901234567890.12");
  expect(tellNumber("a dozen", false, "de")).toBe("a dozen");
});

test("a region that no browser knows is that of the page's language", () => {
  document.documentElement.dataset.region = "not a tag";
  document.documentElement.lang = "de";
  expect(region()).toBe("de");
  document.documentElement.lang = "en";
});

test("an exact time is in the zone that the person chose", () => {
  document.documentElement.dataset.region = "de";
  document.documentElement.dataset.zone = "America/New_York";
  expect(exactTime(new Date("2031-01-31T23:30:00Z"))).toContain("31.01.2031, 18:30");
});

test("lengths of time have the decimal sign of the region", () => {
  document.documentElement.dataset.region = "de";
  expect(tellSeconds(1.5)).toBe("1,5 s");
});

test("what is awaited and has come happens in a moment", () => {
  document.body.innerHTML = `<time datetime="${new Date().toISOString()}" data-awaited>old</time>`;
  paintTimes();
  expect(document.body.textContent).toBe("in a moment");
});

test("what is counted down to is painted anew, and what is past is left alone", () => {
  const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
  document.body.innerHTML = [30, -30, 3600].map((s) => `<time datetime="${at(s)}">old</time>`).join("");
  paintTimes(document, true);
  expect([...document.querySelectorAll("time")].map((time) => time.textContent)).toEqual([
    "in 30 sec.",
    "old",
    "old",
  ]);
});
