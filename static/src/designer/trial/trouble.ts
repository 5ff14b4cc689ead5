/** Why a trial does not go on, in words, with what to do about it. */

import { h, icon } from "../../lib/dom";
import { gettext } from "../../lib/gettext";
import type { Finding } from "../../lib/http";
import type { Trial, Trouble } from "./trial";

export function troubleWords(trial: Trial, trouble: Trouble, goTo: (node: string) => void): HTMLElement {
  const look = trouble.kind === "stuck" ? "waiting" : "incident";
  return h(
    "div",
    { class: `callout m-3 state-${look}` },
    icon(trouble.kind === "stuck" ? "warning" : "incident"),
    h("div", {}, h("p", {}, wordsOf(trouble)), ...more(trial, trouble, goTo)),
  );
}

function wordsOf(trouble: Trouble): string {
  if (trouble.kind === "diagram") return gettext("The diagram cannot run yet:");
  if (trouble.kind === "lost") return trouble.message;
  return gettext("Step %(step)s is no longer possible: %(message)s", {
    step: trouble.refusal.action + 1,
    message: trouble.refusal.message,
  });
}

function more(trial: Trial, trouble: Trouble, goTo: (node: string) => void): HTMLElement[] {
  if (trouble.kind === "diagram") return [findingList(trouble.findings, goTo)];
  const [label, run] =
    trouble.kind === "lost"
      ? [gettext("Try again"), () => void trial.play()]
      : [gettext("Go on from before it"), () => void trial.dropStuck()];
  return [
    h("button", { type: "button", class: "btn btn-sm mt-2", onclick: run as () => void }, label as string),
  ];
}

/** Errors only: hints do not keep a diagram from running. */
export function findingList(findings: Finding[], goTo: (node: string) => void): HTMLElement {
  const errors = findings.filter(({ severity }) => severity !== "warning" && severity !== "info");
  return h(
    "ul",
    {},
    ...errors.map(({ message, node }) =>
      h(
        "li",
        {},
        h("button", { type: "button", class: "link-quiet", onclick: () => node && goTo(node) }, message),
      ),
    ),
  );
}
