/** The four answers before a deployment: problems, changes, scenarios, and what it means for what runs. */

import { h, icon } from "../lib/dom";
import { gettext, ngettext } from "../lib/gettext";
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
      ? ngettext(
          "%(count)s problem has to be solved first",
          "%(count)s problems have to be solved first",
          errors.length,
        )
      : problems.length > 0
        ? ngettext("%(count)s hint", "%(count)s hints", problems.length)
        : gettext("No problems");
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

/** The diagram has processes by other ids than the one that is drawn here: what is deployed is another process. */
export function showRenamed({ changes }: Preview, key: string, ids: readonly string[]): HTMLElement {
  const now = ids.join(", ");
  return changes === null
    ? part("renamed", "none", gettext("This deploys “%(now)s”; the draft stays “%(key)s”.", { now, key }))
    : part(
        "renamed",
        "waiting",
        gettext(
          "This deploys another process, “%(now)s”: its id was changed. “%(key)s” stays as it is, with its versions and what runs on them.",
          { now, key },
        ),
      );
}

export function showChanges(
  { changes }: Preview,
  goTo: (node: string) => void,
  compareUrl: string,
): HTMLElement {
  if (changes === null) return part("changes", "none", gettext("The first version of this process"));
  if (changes.length === 0) return part("changes", "none", gettext("Nothing but the drawing has changed"));
  return part(
    "changes",
    "none",
    ngettext(
      "%(count)s change since the last version",
      "%(count)s changes since the last version",
      changes.length,
    ),
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
        ? ngettext(
            "%(count)s change, on both diagrams",
            "All %(count)s changes, on both diagrams",
            changes.length,
          )
        : gettext("Show on both diagrams"),
    ),
  );
}

export function showScenarios(found: ScenarioResults, hasErrors: boolean): HTMLElement {
  const { results } = found;
  if (results.length === 0)
    return part(
      "scenarios",
      "none",
      gettext("No scenarios: keep runs of the Test panel to have them played here"),
    );
  const red = results.filter(({ is_green }) => !is_green);
  if (red.length === 0)
    return part(
      "scenarios",
      "done",
      ngettext("%(count)s scenario as expected", "%(count)s scenarios as expected", results.length),
    );
  return part(
    "scenarios",
    "incident",
    hasErrors
      ? ngettext(
          "%(count)s scenario cannot be played yet",
          "%(count)s scenarios cannot be played yet",
          results.length,
        )
      : ngettext(
          "%(red)s of %(count)s scenario not as expected",
          "%(red)s of %(count)s scenarios not as expected",
          results.length,
          { red: red.length },
        ),
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
      changes === null ? gettext("Nothing runs yet") : gettext("Nothing runs on the versions before"),
    );
  const stuck = impact.reduce((sum, one) => sum + one.on_removed, 0);
  return part(
    "impact",
    stuck > 0 ? "waiting" : "done",
    ngettext(
      "%(count)s instance running: it stays on its version",
      "%(count)s instances running: all stay on their versions",
      running,
    ),
    h(
      "ul",
      {},
      ...impact.map((one) =>
        h(
          "li",
          {},
          ngettext(
            "Version %(version)s: %(count)s instance",
            "Version %(version)s: %(count)s instances",
            one.running,
            { version: one.version },
          ),
          one.on_removed > 0 &&
            h(
              "span",
              { class: "row-note block" },
              gettext("%(count)s on a step that is gone: %(steps)s", {
                count: one.on_removed,
                steps: one.removed.map(({ name, instances }) => `${name} (${instances})`).join(", "),
              }),
            ),
        ),
      ),
    ),
  );
}
