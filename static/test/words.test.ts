import { expect, test } from "vitest";
import { translate } from "../src/designer/words";
import { withPlainColours } from "../src/diagram/colours";
import { fieldErrors } from "../src/forms/errors";
import { score } from "../src/lib/palette";
import { keyWord } from "../src/lib/shortcuts";
import { relativeTime } from "../src/lib/times";

const NOW = new Date("2024-05-10T12:00:00Z");

test.each([
  ["2024-05-10T11:59:58Z", "just now"],
  ["2024-05-10T11:57:00Z", "3 min. ago"],
  ["2024-05-10T17:30:00Z", "in 5 hr."],
  ["2024-05-12T11:59:30Z", "in 2 days"],
  ["2024-05-09T11:00:00Z", "yesterday"],
])("%s is %s", (at, words) => {
  expect(relativeTime(new Date(at), NOW)).toBe(words);
});

test("keys have one name on every system", () => {
  const press = (key: string, more: KeyboardEventInit = {}) =>
    keyWord(new KeyboardEvent("keydown", { key, ...more }));
  expect(press("k", { ctrlKey: true })).toBe("Mod+k");
  expect(press("k", { metaKey: true })).toBe("Mod+k");
  expect(press("D", { ctrlKey: true, shiftKey: true })).toBe("Mod+Shift+d");
  expect(press("?", { shiftKey: true })).toBe("?");
  expect(press("Enter", { ctrlKey: true })).toBe("Mod+Enter");
});

test("the palette prefers beginnings of words and needs every word", () => {
  const rank = (label: string) => score(label, "pro") ?? Number.POSITIVE_INFINITY;
  expect(rank("Processes")).toBeLessThan(rank("Improve"));
  expect(score("New process", "new inst")).toBeNull();
});

test("the drawing tool speaks our words and never a vendor's", () => {
  expect(translate("Camunda user task")).toBe("Inbox task");
  expect(translate("Timer Boundary Event (Non Interrupting)")).toBe(
    "Timer Boundary Event (not interrupting)",
  );
  expect(translate("Only supported by Camunda 8")).not.toMatch(/Camunda/);
  expect(translate("{count} of {all}", { count: "2", all: "3" })).toBe("2 of 3");
});

test("an exported picture has plain colours only", () => {
  const svg = '<rect style="fill: var(--shape-fill); stroke: var(--shape-stroke)"/>';
  expect(withPlainColours(svg)).toBe('<rect style="fill: #ffffff; stroke: #22242a"/>');
});

test("findings go to their field by key, the rest stays above the buttons", () => {
  const fields = [{ id: "Field_1", key: "amount" }];
  const limit = { message: "Over your limit." };
  const { byField, rest } = fieldErrors([{ field: "amount", message: "Too high." }, limit], fields);
  expect(byField).toEqual({ Field_1: ["Too high."] });
  expect(rest).toEqual([limit]);
});
