/** States as people write them: both notations give the same transitions. */
import { expect, test } from "vitest";
import { machineOf, readNames, readWays, tellTime } from "../src/designer/machine/written";

const way = (from: string, event: string, to: string, more = {}) => ({
  from,
  event,
  after: "",
  guard: "",
  to,
  do: "",
  name: "",
  ...more,
});

test("a table of transitions is read as it stands", () => {
  const transitions = [
    { from: "a", event: "go", to: "b", guard: "x > 1" },
    { from: "b", after: "P1D", to: "a" },
  ];
  expect(readWays({ transitions })).toEqual([
    way("a", "go", "b", { guard: "x > 1" }),
    way("b", "", "a", { after: "P1D" }),
  ]);
});

test("nested states are read with their lists of targets, the initial one first", () => {
  const states = {
    red: { type: "final" },
    green: { on: { TICK: "yellow", STOP: [{ target: "red", guard: "late" }, "yellow"] } },
    yellow: { after: { "1000": "green" } },
  };
  expect(readWays({ initial: "yellow", states })).toEqual([
    way("yellow", "", "green", { after: "1000" }),
    way("green", "TICK", "yellow"),
    way("green", "STOP", "red", { guard: "late" }),
    way("green", "STOP", "yellow"),
  ]);
});

test.each([
  ["P14D", "14 days"],
  ["P1M2DT90M", "1 month, 2 days, and 90 minutes"],
  ["1500", "1.5 seconds"],
  ["=pause", "=pause"],
])("a transition after %s is read as %s", (after, words) => {
  expect(tellTime(after, "en")).toBe(words);
});

test.each([{}, { states: null }, { states: 5 }])("what is neither is left to the server", (found) => {
  expect(readWays(found)).toBeNull();
});

test("states have the names that either notation gives them", () => {
  const listed = { states: ["plain", { id: "a", name: "Draft" }, { id: "b" }] };
  expect(readNames(listed)).toEqual({ a: "Draft" });
  expect(readNames({ states: { a: { name: "Draft" }, b: null } })).toEqual({ a: "Draft" });
  const { states } = machineOf("p", [way("a", "go", "b")], { a: "Draft" });
  expect(states.map(({ name }) => name)).toEqual(expect.arrayContaining(["Draft", "b"]));
});

test("the graph begins at the first state and ends where nothing leaves", () => {
  const { edges } = machineOf("p", [way("a", "go", "b"), way("b", "", "c", { after: "P1D" })]);
  expect(edges.map(({ source, target, cause }) => [source, target, cause])).toEqual([
    ["#process", "a", ""],
    ["a", "b", "go"],
    ["b", "c", "after 1 day"],
    ["c", "#end", ""],
  ]);
});
