import { FeelersTemplating } from "@bpmn-io/form-js-viewer";
import { afterEach, expect, test } from "vitest";
import { fromWall, toWall } from "../src/forms/moment-field";
import { sortRows } from "../src/forms/table-field";
import { tellNumbersOf } from "../src/forms/text-field";
import { isoOffset, tellValue } from "../src/lib/formats";

afterEach(() => {
  for (const name of ["region", "zone"]) delete document.documentElement.dataset[name];
});

test.each([
  ["Sum {{amount}} of {{name}}", "Sum 84,5 of v1.5"],
  ["{{#loop lines}}{{price}}; {{/loop}}", "1,25; 2; "],
  ["= amount * 2.5", "211,25"],
  ["{{#if amount > 84.1}}more than {{ 84.1 }}{{/if}}", "more than 84,1"],
  ["{{missing}}{{when}}", "2026-01-01"],
  [
    "[map](https://a.example/{{amount}}) <b title='{{amount}}'>{{amount}}</b>",
    "[map](https://a.example/84.5) <b title='84.5'>84,5</b>",
  ],
])("the numbers of the text “%s” have the sign of the region", (template, words) => {
  const data = { amount: 84.5, name: "v1.5", lines: [{ price: 1.25 }, { price: 2 }], when: "2026-01-01" };
  expect(new FeelersTemplating().evaluate(tellNumbersOf(template, ","), data)).toBe(words);
  expect(tellNumbersOf(template, ".")).toBe(template);
});

test("values to be read are written as the region does", () => {
  document.documentElement.dataset.region = "de";
  document.documentElement.dataset.zone = "America/New_York";
  expect([84.5, "2031-01-31", "2031-01-31T23:30:00Z", "v1.5", true, null, { a: 1.5 }].map(tellValue)).toEqual(
    ["84,5", "31.1.2031", "31.01.31, 18:30", "v1.5", "Yes", "", '{"a":1.5}'],
  );
});

test("a moment is shown and kept by the clock of the zone that was chosen", () => {
  expect(toWall("2031-01-31T23:30Z", "America/New_York")).toBe("2031-01-31T18:30");
  expect(toWall("2031-07-01T12:00+02:00", "Asia/Kolkata")).toBe("2031-07-01T15:30");
  expect(toWall("2031-01-31T23:30", "America/New_York")).toBe("2031-01-31T23:30");
  expect(fromWall("2031-01-31T18:30", "utc_offset", "America/New_York")).toBe("2031-01-31T18:30-05:00");
  expect(fromWall("2031-07-01T18:30", "utc_offset", "America/New_York")).toBe("2031-07-01T18:30-04:00");
  expect(fromWall("2031-01-31T20:30", "utc_normalized", "America/New_York")).toBe("2031-02-01T01:30Z");
});

test("a time of day has the offset of the zone that day", () => {
  const now = new Date("2031-01-31T12:00Z");
  expect(fromWall("18:30", "utc_offset", "Asia/Kolkata", now)).toBe("18:30+05:30");
  expect(fromWall("18:30", "utc_normalized", "Asia/Kolkata", now)).toBe("13:00Z");
  expect(toWall("13:00Z", "Asia/Kolkata", now)).toBe("18:30");
});

test("the offset is that of the clock on both sides of its change", () => {
  expect(isoOffset("2031-03-30T01:30", "Europe/Berlin")).toBe("+01:00");
  expect(isoOffset("2031-03-30T03:30", "Europe/Berlin")).toBe("+02:00");
  expect(isoOffset("2031-10-26T04:00", "Europe/Berlin")).toBe("+01:00");
});

test("rows are sorted by the value and not by its words, empty ones last", () => {
  const rows = [{ n: 10 }, { n: null }, { n: 9.5 }];
  expect(sortRows(rows, { key: "n", isRising: true }).map((row) => row.n)).toEqual([9.5, 10, null]);
  expect(sortRows(rows, { key: "n", isRising: false }).map((row) => row.n)).toEqual([10, 9.5, null]);
});
