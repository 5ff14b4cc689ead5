/** What happened in a trial, action by action: who moved, which guard decided with which values, what changed. */
import { h, icon } from "../../lib/dom";
import type { TrialCanvas } from "./canvas";
import type { Action, Decided, Picture, Step, Way } from "./model";
import { shown } from "./values";

const WORDS: Record<string, (action: Action) => string> = {
  start: () => "Started",
  submit_start: () => "Started with the form",
  complete: ({ node }) => `Completed ${node}`,
  submit: ({ node, outcome }) => (outcome ? `Answered ${node}: ${outcome}` : `Answered ${node}`),
  fail: ({ node }) => `${node} failed`,
  error: ({ node, code }) => `${node} threw the error ${code || "without a code"}`,
  message: ({ name }) => `Message ${name}`,
  signal: ({ name }) => `Signal ${name}`,
  wait: ({ duration }) => `${duration} went by`,
  next_timer: () => "The clock went on to the next timer",
  set: () => "Variables were set",
  retry: ({ node }) => `${node} was tried again`,
  cancel: () => "Cancelled",
};

export function stepList(picture: Picture, canvas: TrialCanvas, goTo: (node: string) => void): HTMLElement {
  if (picture.steps.length === 0) return h("p", { class: "p-4 text-subtle" }, "Nothing has happened yet.");
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
        run === "1" ? "" : `Run ${run}: `,
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
      values.length > 0 && h("span", { class: "row-note" }, ` with ${values.join(", ")}`),
    ),
    h("ul", {}, ...decided.ways.map((way) => wayItem(way, canvas, goTo))),
  );
}

function wayItem(way: Way, canvas: TrialCanvas, goTo: (node: string) => void): HTMLElement {
  const gave = way.is_default ? "default" : way.guard === "" ? "no guard" : (way.gave ?? "not asked");
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
    h("span", { class: "row-note" }, way.is_taken ? `${gave}, taken` : gave),
  );
}
