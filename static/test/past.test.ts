import { describe, expect, it } from "vitest";
import { type Moment, Past } from "../src/diagram/past";

const moment = (sequence: number, kind: string, rest: Partial<Moment> = {}): Moment => ({
  sequence,
  kind,
  at: `2026-01-01T00:00:${String(sequence % 60).padStart(2, "0")}Z`,
  node: "",
  token: 0,
  flow: null,
  actor: "",
  detail: null,
  ...rest,
});

const approval = [
  moment(1, "delivery", { detail: { trigger: "start" } }),
  moment(2, "set", { detail: { amount: 5 } }),
  moment(3, "entered", { node: "begin", token: 1 }),
  moment(4, "left", { node: "begin", token: 1 }),
  moment(4, "entered", { node: "approve", token: 1, flow: "one" }),
  moment(5, "set", { detail: { amount: 7, approved: true } }),
  moment(6, "left", { node: "approve", token: 1 }),
  moment(6, "entered", { node: "pay", token: 1, flow: "two" }),
  moment(7, "incident", { token: 1, detail: { message: "no money" } }),
  moment(8, "retried", { token: 1 }),
  moment(9, "left", { node: "pay", token: 1 }),
  moment(10, "ended", { detail: { status: "completed" } }),
];

const past = () => {
  const built = new Past();
  built.add(approval);
  return built;
};

describe("the past of an instance", () => {
  it("has the tokens where they stood", () => {
    expect(past().stateAt(4).tokens).toEqual([{ id: "1", node: "approve" }]);
    expect(past().stateAt(3).tokens).toEqual([{ id: "1", node: "begin" }]);
    expect(past().stateAt(9).tokens).toEqual([]);
  });

  it("tells what a moment changed, with the value before", () => {
    expect(past().stateAt(5).changes).toEqual([
      { scope: 0, name: "amount", before: 5, after: 7 },
      { scope: 0, name: "approved", before: undefined, after: true },
    ]);
    expect(past().stateAt(4).changes).toEqual([]);
  });

  it("has an incident until it is retried", () => {
    expect(past().stateAt(7).incidents).toEqual([{ node: "pay", message: "no money" }]);
    expect(past().stateAt(8).incidents).toEqual([]);
  });

  it("knows how it ended", () => {
    expect(past().stateAt(9).status).toBe("active");
    expect(past().stateAt(10).status).toBe("completed");
  });

  it("counts turns of a loop one by one, and jumps anywhere in a long history", () => {
    const loop = new Past();
    const turns = Array.from({ length: 1000 }, (_, turn) => [
      moment(turn * 2 + 1, "entered", { node: "work", token: 1 }),
      moment(turn * 2 + 2, "left", { node: "work", token: 1 }),
    ]).flat();
    loop.add(turns.slice(0, 700));
    loop.add(turns);
    expect(loop.moments).toHaveLength(2000);
    expect(loop.stateAt(801).visited).toEqual([{ node: "work", count: 401 }]);
    expect(loop.stateAt(2000).visited).toEqual([{ node: "work", count: 1000 }]);
    expect(loop.nextMove(801, 1)).toBe(803);
    expect(loop.nextMove(801, -1)).toBe(799);
  });

  it("knows what was interrupted at each moment", () => {
    const timed = new Past();
    timed.add([
      moment(1, "entered", { node: "work", token: 1 }),
      moment(2, "cancelled", { node: "work", token: 1 }),
      moment(3, "entered", { node: "work", token: 2 }),
    ]);
    expect([1, 2, 3].map((sequence) => timed.stateAt(sequence).interrupted)).toEqual([[], ["work"], []]);
  });

  it("forgets the values of a step that was left", () => {
    const scoped = new Past();
    scoped.add([
      moment(1, "entered", { node: "part", token: 2 }),
      moment(2, "set", { token: 2, detail: { local: 1 } }),
      moment(3, "left", { node: "part", token: 2 }),
      moment(3, "closed", { token: 2 }),
    ]);
    expect(scoped.stateAt(2).variables).toEqual([{ scope: "part", name: "local", value: 1 }]);
    expect(scoped.stateAt(3).variables).toEqual([]);
  });
});
