/** Inner states left out: ways over them become one, with the cause of the first and the guards of all. */
import { expect, test } from "vitest";
import { edgesOf, type Machine, outerEdges, type TransitionRow, wordsOf } from "../src/designer/machine/rows";

const state = (key: string, is_inner = false) => ({
  key,
  kind: "",
  node: key,
  scope: "",
  name: key,
  is_inner,
});
let number = 0;
const way = (source: string, target: string | null, more: Partial<TransitionRow> = {}): TransitionRow => ({
  number: number++,
  source,
  target,
  born: null,
  cause: "when done",
  is_completion: (more.cause ?? "when done") === "when done",
  flow: "",
  guard: "",
  is_default: false,
  ...more,
});
const machine = (states: Machine["states"], transitions: TransitionRow[]): Machine => ({
  process: "p",
  name: "p",
  states,
  transitions,
});

test("a way over an inner state has the cause of its first part and the guard of its second", () => {
  const found = outerEdges(
    machine(
      [state("a"), state("a#caught", true), state("b"), state("c")],
      [
        way("a", "a#caught", { cause: "message go" }),
        way("a#caught", "b", { guard: "x > 1", flow: "f" }),
        way("a#caught", "c", { is_default: true }),
      ],
    ),
  );
  expect(found.map(({ source, target }) => [source, target])).toEqual([
    ["a", "b"],
    ["a", "c"],
  ]);
  expect(found.map(wordsOf)).toEqual(["message go [x > 1]", "message go [otherwise]"]);
});

test("inner states that lead to one another in a circle do not hang the page", () => {
  const found = outerEdges(
    machine([state("a"), state("x", true), state("y", true)], [way("a", "x"), way("x", "y"), way("y", "x")]),
  );
  expect(found).toEqual([]);
});

test("the same way by two rows is shown once", () => {
  const rows = [way("a", "b", { flow: "f" }), way("a", "b", { flow: "f" })];
  expect(outerEdges(machine([state("a"), state("b")], rows))).toHaveLength(1);
});

test("a transition that bears a token leads to where it is born", () => {
  const [edge] = edgesOf(
    machine([state("a"), state("b")], [way("a", null, { born: "b", cause: "timer PT1H" })]),
  );
  expect(edge).toMatchObject({ target: "b", isBirth: true });
});

test("a transition that leads nowhere is no edge", () => {
  expect(edgesOf(machine([state("a")], [way("a", null)]))).toEqual([]);
});
