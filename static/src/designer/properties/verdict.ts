/** What a condition says of sample data, and which data it asks for. */
import { gettext } from "../../lib/gettext";

/** What the API answers to an expression. */
export interface Value {
  value: unknown;
  type: string | null;
  diagnostics: { message: string }[];
}

export type Verdict = { words: string; look: "problem" | "good" };

const NO_NAMES = new Set(
  "and or not if then else for return some every satisfies in between function null true false instance of".split(
    " ",
  ),
);

/** The names of an expression as data to fill in: `amount > 100` needs `{"amount": null}`. */
export function sampleFor(expression: string): string {
  const words = expression.replace(/"(\\.|[^"\\])*"/g, "").matchAll(/(?<![\w.])([A-Za-z_]\w*)(?!\s*\(|\w)/g);
  const names = [...new Set([...words].map(([, name = ""]) => name))].filter((name) => !NO_NAMES.has(name));
  return JSON.stringify(Object.fromEntries(names.map((name) => [name, null])), null, 1).replace(
    /\n\s*/g,
    " ",
  );
}

export function verdictOn({ value, type, diagnostics }: Value): Verdict {
  const why = diagnostics.map(({ message }) => message).join(" ");
  if (value === true) return { words: gettext("true: the flow is taken."), look: "good" };
  if (value === false) return { words: gettext("false: the flow is not taken."), look: "good" };
  if (type === null) return { words: why, look: "problem" };
  const given = type === "null" ? "null" : `${JSON.stringify(value)}, a ${type}`;
  return {
    words: gettext("It gives %(given)s, neither true nor false. %(why)s", { given, why }).trim(),
    look: "problem",
  };
}
