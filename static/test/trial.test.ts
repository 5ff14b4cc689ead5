/** A trial's list of actions: what is refused is not kept, and what a change of the drawing makes impossible is said. */
import { beforeEach, expect, test, vi } from "vitest";
import type { Bench } from "../src/designer/bench";
import { Trial } from "../src/designer/trial/trial";

let answer: (actions: { do: string }[]) => { status: number; body: object };
const asked: { do: string }[][] = [];

beforeEach(() => {
  asked.length = 0;
  answer = () => ({ status: 200, body: { refused: null, runs: [], steps: [] } });
  vi.stubGlobal("fetch", async (_: string, options: { body: string }) => {
    const { actions } = JSON.parse(options.body) as { actions: { do: string }[] };
    asked.push(actions);
    const { status, body } = answer(actions);
    return Response.json(body, { status });
  });
});

const bench = {
  props: { simulate_url: "/simulate/" },
  readFiles: async () => [{ name: "a.bpmn", content: "<x/>" }],
} as unknown as Bench;
const refusal = (action: number) => ({ action, message: "no", node: "", fields: [] });
const begin = () => new Trial(bench, () => undefined);

test("each action is sent with all before it", async () => {
  const trial = begin();
  await trial.do({ do: "start" });
  await trial.do({ do: "next_timer" });
  expect(asked.map((actions) => actions.map((action) => action.do))).toEqual([
    ["start"],
    ["start", "next_timer"],
  ]);
});

test("an action that is under way is not taken back when the drawing changes meanwhile", async () => {
  const trial = begin();
  await Promise.all([trial.do({ do: "start" }), trial.play()]);
  expect(trial.actions.map((action) => action.do)).toEqual(["start"]);
});

test("a refused action is not kept and says why", async () => {
  const trial = begin();
  await trial.do({ do: "start" });
  answer = () => ({ status: 200, body: { refused: refusal(1), runs: [], steps: [] } });
  expect(await trial.do({ do: "complete", node: "x" })).toMatchObject({ message: "no" });
  expect(trial.actions.map((action) => action.do)).toEqual(["start"]);
  expect(trial.trouble).toBeNull();
});

test("an earlier action that is no longer possible keeps the list and says where it stopped", async () => {
  const trial = begin();
  await trial.do({ do: "start" });
  await trial.do({ do: "next_timer" });
  answer = (actions) => ({
    status: 200,
    body: { refused: actions.length > 1 ? refusal(1) : null, runs: [], steps: [] },
  });
  await trial.play();
  expect(trial.trouble).toMatchObject({ kind: "stuck" });
  expect(trial.actions).toHaveLength(2);
  await trial.dropStuck();
  expect(trial.actions).toHaveLength(1);
  expect(trial.trouble).toBeNull();
});

test("a diagram that cannot run keeps the actions and lists its problems", async () => {
  const trial = begin();
  await trial.do({ do: "start" });
  answer = () => ({ status: 400, body: { problems: [{ message: "bad", node: "a" }] } });
  await trial.play();
  expect(trial.trouble).toMatchObject({ kind: "diagram", findings: [{ message: "bad" }] });
  expect(trial.actions).toHaveLength(1);
});

test("a mock is played at once on all that has happened", async () => {
  const trial = begin();
  await trial.do({ do: "start" });
  await trial.mock("charge", { does: "result", variables: {}, code: "", message: "" });
  expect(Object.keys(trial.mocks)).toEqual(["charge"]);
  expect(asked.at(-1)).toEqual([{ do: "start" }]);
});
