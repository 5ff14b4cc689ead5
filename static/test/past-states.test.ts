/** Time travel against states that the engine rebuilt from the same histories (tests/conformance/test_pasts.py). */
import { describe, expect, it } from "vitest";
import { type Moment, Past } from "../src/diagram/past";

interface Recorded {
  name: string;
  moments: Moment[];
  states: { sequence: number; status: string; nodes: string[]; values: string[][] }[];
}

const pasts = Object.values(
  import.meta.glob<Recorded[]>("./pasts/*.json", { eager: true, import: "default" }),
).flat();

describe("time travel", () => {
  it.each(pasts)("shows every state of: $name", ({ moments, states }) => {
    const past = new Past();
    past.add(moments);
    const shown = states.map(({ sequence }) => {
      const { status, tokens, variables } = past.stateAt(sequence);
      return {
        sequence,
        status,
        nodes: tokens.map(({ node }) => node).sort(),
        values: variables.map(({ name, value }) => [name, JSON.stringify(value)]).sort(),
      };
    });
    expect(shown).toEqual(states);
  });
});
