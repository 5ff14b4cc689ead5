/** What happened in a trial, action by action: who moved, which guard decided with which values, what changed. */

import { h, icon } from "../../lib/dom";
import { gettext } from "../../lib/gettext";
import type { TrialCanvas } from "./canvas";
import type { Action, Decided, Picture, Step, Way } from "./model";
import { shown } from "./values";

const WORDS: Record<string, (action: Action) => string> = {
  start: () => gettext("Started"),
  submit_start: () => gettext("Started with the form"),
  complete: ({ node }) => gettext("Completed %(node)s", { node }),
  submit: ({ node, outcome }) =>
    outcome
      ? gettext("Answered %(node)s: %(outcome)s", { node, outcome })
      : gettext("Answered %(node)s", { node }),
  fail: ({ node }) => gettext("%(node)s failed", { node }),
  error: ({ node, code }) =>
    gettext("%(node)s threw the error %(code)s", { node, code: code || gettext("without a code") }),
  message: ({ name }) => gettext("Message %(name)s", { name }),
  signal: ({ name }) => gettext("Signal %(name)s", { name }),
  wait: ({ duration }) => gettext("%(duration)s went by", { duration }),
  next_timer: () => gettext("The clock went on to the next timer"),
  set: () => gettext("Variables were set"),
  retry: ({ node }) => gettext("%(node)s was tried again", { node }),
  cancel: () => gettext("Cancelled"),
};

export function stepList(picture: Picture, canvas: TrialCanvas, goTo: (node: string) => void): HTMLElement {
  if (picture.steps.length === 0)
    return h("p", { class: "p-4 text-subtle" }, gettext("Nothing has happened yet."));
  return h("ol", { class: "trial-steps" }, ...picture.steps.map((step) => stepItem(step, canvas, goTo)));
}

function stepItem(step: Step, canvas: TrialCanvas, goTo: (node: string) => void): HTMLElement {
  const named = { ...step.action, node: step.action.node ? `“${canvas.nameOf(step.action.node)}”` : "" };
  const words = WORDS[step.action.do]?.(named) ?? step.action.do;
  const entered = step.moves.filter(([, what]) => what === "entered").map(([, , node]) => node);
  return h(
    "li",
    {},
    h("p", { class: "step-words" }, words),
    entered.length > 0 &&
      h(
        "p",
        { class: "row-note step-way" },
        ...entered.flatMap((node, index) => [
          index > 0 ? icon("arrow-right") : null,
          h(
            "button",
            { type: "button", class: "link-quiet", onclick: () => goTo(node) },
            canvas.nameOf(node),
          ),
        ]),
      ),
    ...step.decided.map((decided) => decision(decided, canvas, goTo)),
    ...Object.entries(step.changed).map(([run, values]) =>
      h(
        "p",
        { class: "row-note" },
        run === "1" ? "" : `${gettext("Run %(run)s:", { run })} `,
        Object.entries(values)
          .map(([name, value]) => `${name} = ${shown(value)}`)
          .join(", "),
      ),
    ),
  );
}

/** The guard that decided, with its values. */
function decision(decided: Decided, canvas: TrialCanvas, goTo: (node: string) => void): HTMLElement {
  const values = Object.entries(decided.values).map(([name, value]) => `${name} = ${shown(value)}`);
  return h(
    "div",
    { class: "step-decision" },
    h(
      "p",
      {},
      h(
        "button",
        { type: "button", class: "link-quiet", onclick: () => goTo(decided.node) },
        canvas.nameOf(decided.node),
      ),
      values.length > 0 &&
        h("span", { class: "row-note" }, ` ${gettext("with %(values)s", { values: values.join(", ") })}`),
    ),
    h("ul", {}, ...decided.ways.map((way) => wayItem(way, canvas, goTo))),
  );
}

function wayItem(way: Way, canvas: TrialCanvas, goTo: (node: string) => void): HTMLElement {
  const gave = way.is_default
    ? gettext("default")
    : way.guard === ""
      ? gettext("no guard")
      : (way.gave ?? gettext("not asked"));
  return h(
    "li",
    { class: way.is_taken ? "is-taken" : "" },
    icon(way.is_taken ? "done" : "none"),
    h(
      "button",
      { type: "button", class: "link-quiet", onclick: () => goTo(way.flow) },
      canvas.nameOfFlow(way.flow),
    ),
    way.guard && h("code", {}, way.guard),
    h("span", { class: "row-note" }, way.is_taken ? gettext("%(gave)s, taken", { gave }) : gave),
  );
}
