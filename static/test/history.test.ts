import { expect, test } from "vitest";
import { InstanceHistory } from "../src/diagram/history";

const started = () =>
  new InstanceHistory({
    tokens: [{ id: "t1", node: "approve" }],
    visited: [
      { node: "start", count: 1 },
      { node: "approve", count: 1 },
    ],
    incidents: [],
    sequence: 1,
    status: "active",
  });

test("a token that goes on stands at the next node only", () => {
  const history = started();
  const moves = history.apply([
    ["left", "approve", "t1", null],
    ["entered", "gate", "t1", "f2"],
  ]);
  expect(moves).toEqual([{ token: "t1", node: "gate", flow: "f2" }]);
  expect([...history.occupied()]).toEqual([["gate", 1]]);
  expect(history.flows.has("f2")).toBe(true);
});

test("a token that entered the next node before it left the last is not lost", () => {
  const history = started();
  history.apply([
    ["entered", "gate", "t1", "f2"],
    ["left", "approve", "t1", null],
  ]);
  expect([...history.occupied()]).toEqual([["gate", 1]]);
});

test("a split counts each token, a cancelled one is gone", () => {
  const history = started();
  history.apply([
    ["left", "approve", "t1", null],
    ["entered", "pay", "t2", "f3"],
    ["entered", "pay", "t3", "f3"],
    ["cancelled", "pay", "t2", null],
  ]);
  expect([...history.occupied()]).toEqual([["pay", 1]]);
  expect(history.counts.get("pay")).toBe(2);
});

test("a step that was interrupted says so until it is entered again", () => {
  const history = started();
  history.apply([["cancelled", "approve", "t1", null]]);
  expect([...history.interrupted]).toEqual(["approve"]);
  history.apply([
    ["entered", "approve", "t4", "f1"],
    ["left", "approve", "t4", null],
  ]);
  expect([...history.interrupted]).toEqual([]);
});

test("status and incidents of a unit of work replace the old ones", () => {
  const history = started();
  history.apply([], "failed", [{ node: "pay", message: "refused" }]);
  expect(history.status).toBe("failed");
  expect(history.incidents).toEqual([{ node: "pay", message: "refused" }]);
});
