/** The problem list under the canvas: a click goes to the element. */

import { h, icon } from "../lib/dom";
import { gettext, ngettext } from "../lib/gettext";
import type { Bench } from "./bench";
import type { DiagramProblem } from "./checks";

const ICONS = { error: "incident", warning: "warning", info: "info" } as const;
const LOOKS = { error: "incident", warning: "waiting", info: "active" } as const;

const SEVERITIES = { error: gettext("error"), warning: gettext("warning"), info: gettext("hint") };

export class ProblemList {
  private problems: DiagramProblem[] = [];

  constructor(
    private readonly bench: Bench,
    private readonly panel: HTMLElement,
    private readonly button: HTMLElement,
  ) {
    button.addEventListener("click", () => this.toggle());
  }

  show(problems: DiagramProblem[]): void {
    this.problems = problems;
    this.paintButton();
    if (!this.panel.hidden) this.paint();
  }

  toggle(isOpen = this.panel.hidden): void {
    this.panel.hidden = !isOpen;
    this.button.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) this.paint();
  }

  private paintButton(): void {
    const errors = this.problems.filter((problem) => problem.severity === "error").length;
    const others = this.problems.length - errors;
    const look = errors > 0 ? "incident" : others > 0 ? "waiting" : "done";
    const words =
      errors > 0
        ? ngettext("%(count)s problem", "%(count)s problems", errors)
        : others > 0
          ? ngettext("%(count)s hint", "%(count)s hints", others)
          : gettext("No problems");
    this.button.replaceChildren(
      h(
        "span",
        { class: `state state-${look}` },
        icon(look === "waiting" ? "warning" : look),
        h("span", {}, words),
      ),
    );
  }

  private paint(): void {
    const list = this.panel.querySelector("ul");
    if (!list) return;
    if (this.problems.length === 0) {
      list.replaceChildren(
        h(
          "li",
          { class: "p-3 text-subtle" },
          gettext("Nothing stands in the way of deploying this diagram."),
        ),
      );
      return;
    }
    list.replaceChildren(...this.problems.map((problem) => this.line(problem)));
  }

  private line(problem: DiagramProblem): HTMLElement {
    return h(
      "li",
      {},
      h(
        "button",
        {
          type: "button",
          class: "problem-line",
          onclick: () => problem.node && this.bench.goTo(problem.node),
        },
        h(
          "span",
          { class: `state state-${LOOKS[problem.severity]}`, title: SEVERITIES[problem.severity] },
          icon(ICONS[problem.severity]),
        ),
        h("span", { class: "grow" }, problem.message),
        problem.node && h("span", { class: "short-id text-subtle" }, problem.node),
        problem.line !== null &&
          h("span", { class: "row-note" }, gettext("line %(line)s", { line: problem.line })),
      ),
    );
  }
}
