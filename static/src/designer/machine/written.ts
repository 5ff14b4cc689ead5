/** States and transitions as people write them, in either notation, and the graph of them; the server says what is wrong. */
import { gettext } from "../../lib/gettext";
import { type Edge, END, type Machine, PROCESS } from "./rows";

/** One transition as it stands in the table; what is empty is not said. */
export interface Way {
  from: string;
  event: string;
  after: string;
  guard: string;
  to: string;
  do: string;
  /** What people call the step that does the job; it has no column of its own. */
  name: string;
}

/** The transitions of either notation, as far as they can be told here; null where the server has to say what is wrong. */
export function readWays(found: Record<string, unknown>): Way[] | null {
  const text = (value: unknown) =>
    typeof value === "string" || typeof value === "number" ? String(value) : "";
  if (Array.isArray(found.transitions))
    return (found.transitions as Record<string, unknown>[]).map((way) => ({
      from: text(way?.from),
      event: text(way?.event),
      after: text(way?.after),
      guard: text(way?.guard),
      to: text(way?.to),
      do: text(way?.do),
      name: text(way?.name),
    }));
  if (typeof found.states !== "object" || found.states === null) return null;
  const ways: Way[] = [];
  for (const [from, state] of Object.entries(found.states as Record<string, Record<string, unknown> | null>))
    for (const word of ["on", "after"] as const)
      for (const [cause, targets] of Object.entries((state?.[word] ?? {}) as Record<string, unknown>))
        for (const target of Array.isArray(targets) ? targets : [targets]) {
          const way = (typeof target === "object" ? target : { target }) as Record<string, unknown> | null;
          ways.push({
            from,
            event: word === "on" ? cause : "",
            after: word === "after" ? cause : "",
            guard: text(way?.guard),
            to: text(way?.target),
            do: text(way?.do),
            name: text(way?.name),
          });
        }
  const initial = text(found.initial);
  return ways.sort((a, b) => Number(b.from === initial) - Number(a.from === initial));
}

/** What people call the states, by id, as far as either notation says it. */
export function readNames(found: Record<string, unknown>): Record<string, string> {
  const states = (found.states ?? {}) as Record<string, unknown>;
  const listed = Array.isArray(found.states)
    ? (found.states as Record<string, unknown>[]).map((state) => [state?.id, state?.name])
    : Object.entries(states).map(([id, state]) => [id, (state as Record<string, unknown> | null)?.name]);
  return Object.fromEntries(listed.filter((pair) => pair.every((part) => part && typeof part === "string")));
}

const WRITTEN =
  /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;
const UNITS = ["year", "month", "week", "day", "hour", "minute", "second"];

/** A duration in the units that it is written in, “14 days” for P14D and milliseconds as seconds; else as it stands. */
export function tellTime(after: string, locale = document.documentElement.lang || "en"): string {
  const found = WRITTEN.exec(/^\d+$/.test(after) ? `PT${Number(after) / 1000}S` : after);
  const parts = UNITS.flatMap((unit, at) => {
    const number = found?.[at + 1];
    const format = () => new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "long" });
    return number === undefined ? [] : [format().format(Number(number))];
  });
  return parts.length > 0 ? new Intl.ListFormat(locale).format(parts) : after;
}

export function machineOf(
  name: string,
  ways: Way[],
  named: Record<string, string> = {},
): Machine & { edges: Edge[] } {
  const names = [...new Set(ways.flatMap(({ from, to }) => [from, to]))].filter(Boolean);
  const leaving = new Set(ways.map(({ from }) => from));
  const edge = (source: string, target: string, cause = "", guard = ""): Edge => ({
    source,
    target,
    cause,
    isCompletion: cause === "",
    guard,
    flow: "",
    isDefault: false,
    isBirth: false,
  });
  const state = (key: string, shown = key) => ({
    key,
    kind: "",
    node: key,
    scope: PROCESS,
    name: shown,
    is_inner: false,
  });
  return {
    process: name,
    name,
    states: [
      state(PROCESS, gettext("The start")),
      ...names.map((key) => state(key, named[key] ?? key)),
      state(END, gettext("The end")),
    ],
    transitions: [],
    edges: [
      ...names.slice(0, 1).map((first) => edge(PROCESS, first)),
      ...ways
        .filter(({ from, to }) => from && to)
        .map(({ from, to, event, after, guard }) =>
          edge(from, to, event || (after && gettext("after %(time)s", { time: tellTime(after) })), guard),
        ),
      ...names.filter((key) => !leaving.has(key)).map((last) => edge(last, END)),
    ],
  };
}
