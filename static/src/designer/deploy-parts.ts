/** The four answers before a deployment: problems, changes, scenarios, and what it means for what runs. */
import { h, icon } from "../lib/dom";
import type { Finding } from "../lib/http";
import type { ScenarioResults } from "./trial/model";

export interface Change {
  kind: "added" | "removed" | "changed" | "moved";
  node: string;
  words: string;
}

interface Impact {
  version: number;
  running: number;
  on_removed: number;
  removed: { node: string; name: string; instances: number }[];
}

export interface Preview {
  /** Null: nothing is deployed yet. */
  changes: Change[] | null;
  impact: Impact[];
}

type Look = "done" | "waiting" | "incident" | "none";
const SYMBOLS: Record<Look, string> = {
  done: "done",
  waiting: "warning",
  incident: "incident",
  none: "info",
};
/** More are on the page that compares. */
const MOST_SHOWN = 8;

const count = (number: number, one: string, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

function part(name: string, look: Look, words: string, ...more: (HTMLElement | null | false)[]): HTMLElement {
  return h(
    "section",
    { class: "deploy-part", "data-part": name },
    h("p", { class: `state state-${look}` }, icon(SYMBOLS[look]), h("span", {}, words)),
    ...more,
  );
}

export function showProblems(problems: Finding[], goTo: (node: string) => void): HTMLElement {
  const errors = problems.filter(({ severity }) => severity !== "warning" && severity !== "info");
  const shown = errors.length > 0 ? errors : problems;
  const look = errors.length > 0 ? "incident" : problems.length > 0 ? "waiting" : "done";
  const words =
    errors.length > 0
      ? `${count(errors.length, "problem has", "problems have")} to be solved first`
      : problems.length > 0
        ? count(problems.length, "hint")
        : "No problems";
  return part(
    "problems",
    look,
    words,
    shown.length > 0 &&
      h(
        "ul",
        {},
        ...shown
          .slice(0, MOST_SHOWN)
          .map(({ message, node }) =>
            h(
              "li",
              {},
              node
                ? h("button", { type: "button", class: "link-quiet", onclick: () => goTo(node) }, message)
                : message,
            ),
          ),
      ),
  );
}

export function showChanges(
  { changes }: Preview,
  goTo: (node: string) => void,
  compareUrl: string,
): HTMLElement {
  if (changes === null) return part("changes", "none", "The first version of this process");
  if (changes.length === 0) return part("changes", "none", "Nothing but the drawing has changed");
  return part(
    "changes",
    "none",
    `${count(changes.length, "change")} since the last version`,
    h(
      "ul",
      {},
      ...changes
        .slice(0, MOST_SHOWN)
        .map(({ kind, node, words }) =>
          h(
            "li",
            { class: `change is-${kind}-mark` },
            icon(kind),
            kind === "removed"
              ? h("span", {}, words)
              : h("button", { type: "button", class: "link-quiet", onclick: () => goTo(node) }, words),
          ),
        ),
    ),
    h(
      "a",
      { class: "link", href: compareUrl, target: "_blank" },
      changes.length > MOST_SHOWN
        ? `All ${changes.length} changes, on both diagrams`
        : "Show on both diagrams",
    ),
  );
}

export function showScenarios(found: ScenarioResults, hasErrors: boolean): HTMLElement {
  const { results } = found;
  if (results.length === 0)
    return part("scenarios", "none", "No scenarios: keep runs of the Test panel to have them played here");
  const red = results.filter(({ is_green }) => !is_green);
  if (red.length === 0) return part("scenarios", "done", `${count(results.length, "scenario")} as expected`);
  return part(
    "scenarios",
    "incident",
    hasErrors
      ? `${count(results.length, "scenario")} cannot be played yet`
      : `${red.length} of ${results.length} scenarios not as expected`,
    !hasErrors &&
      h(
        "ul",
        {},
        ...red
          .slice(0, MOST_SHOWN)
          .map(({ name, differences }) =>
            h("li", {}, h("strong", {}, name), h("span", { class: "row-note block" }, differences.join(" "))),
          ),
      ),
  );
}

export function showImpact({ changes, impact }: Preview): HTMLElement {
  const running = impact.reduce((sum, one) => sum + one.running, 0);
  if (running === 0)
    return part(
      "impact",
      "done",
      changes === null ? "Nothing runs yet" : "Nothing runs on the versions before",
    );
  const stuck = impact.reduce((sum, one) => sum + one.on_removed, 0);
  return part(
    "impact",
    stuck > 0 ? "waiting" : "done",
    `${count(running, "instance")} running: all stay on their versions`,
    h(
      "ul",
      {},
      ...impact.map((one) =>
        h(
          "li",
          {},
          `Version ${one.version}: ${count(one.running, "instance")}`,
          one.on_removed > 0 &&
            h(
              "span",
              { class: "row-note block" },
              `${one.on_removed} on a step that is gone: ${one.removed.map(({ name, instances }) => `${name} (${instances})`).join(", ")}`,
            ),
        ),
      ),
    ),
  );
}
