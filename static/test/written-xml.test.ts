import { expect, test } from "vitest";
import { writesOnce } from "../src/designer/written-xml";

function makeTool() {
  const changed: (() => void)[] = [];
  const tool = {
    writings: 0,
    fails: false,
    saveXML: async () => {
      tool.writings += 1;
      if (tool.fails) throw new Error("not writable");
      return { xml: `<writing number="${tool.writings}"/>` };
    },
    on: (_events: string | string[], _priority: unknown, handler?: () => void) => {
      if (handler) changed.push(handler);
    },
    change: () => {
      for (const tell of changed) tell();
    },
  };
  return tool;
}

test("one state of the diagram is written once, the next state anew", async () => {
  const tool = makeTool();
  const read = writesOnce(tool as never);
  expect(await Promise.all([read(), read()])).toEqual(Array(2).fill('<writing number="1"/>'));
  expect(await read()).toBe('<writing number="1"/>');
  tool.change();
  expect(await read()).toBe('<writing number="2"/>');
});

test("what could not be written is tried again", async () => {
  const tool = makeTool();
  const read = writesOnce(tool as never);
  tool.fails = true;
  await expect(read()).rejects.toThrow("not writable");
  tool.fails = false;
  expect(await read()).toBe('<writing number="2"/>');
});
