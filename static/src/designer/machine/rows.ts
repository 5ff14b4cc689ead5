/** States and transitions as the engine executes them, and the same with the inner states left out; nothing is drawn. */
import { gettext } from "../../lib/gettext";

export interface StateRow {
  key: string;
  kind: string;
  node: string;
  scope: string;
  name: string;
  /** Has no shape of its own on the diagram. */
  is_inner: boolean;
}

export interface TransitionRow {
  number: number;
  source: string;
  target: string | null;
  born: string | null;
  cause: string;
  /** The state is left when what it does is done: nothing else has to happen. */
  is_completion: boolean;
  flow: string;
  guard: string;
  is_default: boolean;
}

export interface Machine {
  process: string;
  name: string;
  states: StateRow[];
  transitions: TransitionRow[];
}

/** A way from state to state; `isBirth`: the token stays, and a fresh one starts there. */
export interface Edge {
  source: string;
  target: string;
  cause: string;
  isCompletion: boolean;
  guard: string;
  flow: string;
  isDefault: boolean;
  isBirth: boolean;
}

export const PROCESS = "#process";
export const END = "#end";
const FURTHEST = 10;

export function edgesOf(machine: Machine): Edge[] {
  return machine.transitions.flatMap((row) => {
    const target = row.target ?? row.born;
    if (target === null) return [];
    return [
      {
        source: row.source,
        target,
        cause: row.cause,
        isCompletion: row.is_completion,
        guard: row.guard,
        flow: row.flow,
        isDefault: row.is_default,
        isBirth: row.target === null,
      },
    ];
  });
}

/** Ways over inner states become one: the cause of the first, the guards of all. */
export function outerEdges(machine: Machine): Edge[] {
  const edges = edgesOf(machine);
  const inner = new Set(
    machine.states
      .filter(({ key, is_inner }) => is_inner && key !== PROCESS && key !== END)
      .map(({ key }) => key),
  );
  const leaving = new Map<string, Edge[]>();
  for (const edge of edges) leaving.set(edge.source, [...(leaving.get(edge.source) ?? []), edge]);
  const follow = (edge: Edge, depth: number): Edge[] => {
    if (!inner.has(edge.target)) return [edge];
    if (depth > FURTHEST) return [];
    return (leaving.get(edge.target) ?? []).flatMap((next) =>
      follow(
        {
          ...edge,
          target: next.target,
          guard: [edge.guard, next.guard].filter(Boolean).join(" and "),
          flow: edge.flow || next.flow,
          isDefault: edge.isDefault || next.isDefault,
        },
        depth + 1,
      ),
    );
  };
  const seen = new Set<string>();
  return edges
    .filter(({ source }) => !inner.has(source))
    .flatMap((edge) => follow(edge, 0))
    .filter((edge) => {
      const word = [edge.source, edge.target, edge.cause, edge.guard].join("\n");
      return !seen.has(word) && seen.add(word) !== undefined;
    });
}

/** What stands at an edge: when it is taken. */
export function wordsOf({ cause, isCompletion, guard, isDefault }: Edge): string {
  const when = isCompletion ? "" : cause;
  const condition = guard ? `[${guard}]` : isDefault ? `[${gettext("otherwise")}]` : "";
  return [when, condition].filter(Boolean).join(" ");
}
