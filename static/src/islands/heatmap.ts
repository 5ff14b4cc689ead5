/** The diagram coloured by how often steps were entered or by how much time went there. */

import { Painter } from "../diagram/painter";
import { openViewer } from "../diagram/viewer";
import { h, readProps } from "../lib/dom";
import { gettext } from "../lib/gettext";

interface Step {
  node: string;
  count: number;
  seconds: number;
  words: string;
}

type Measure = "count" | "seconds";

/** Levels of warmth, each with a colour of its own in diagram.css. */
const LEVELS = 5;

export async function mount(root: HTMLElement): Promise<void> {
  const { xml, steps } = readProps<{ xml: string; steps: Step[] }>(root);
  const canvas = h("div", { class: "diagram-space" });
  const buttons = h("div", {
    class: "join heat-choice",
    role: "group",
    "aria-label": gettext("Colour steps by"),
  });
  root.append(canvas, buttons);
  const viewer = await openViewer(canvas, xml);
  const painter = new Painter(viewer);

  const paint = (measure: Measure) => {
    const most = Math.max(...steps.map((step) => step[measure]), Number.MIN_VALUE);
    painter.clear();
    for (const step of steps) {
      const level = Math.min(Math.ceil((step[measure] / most) * LEVELS), LEVELS);
      for (let other = 1; other <= LEVELS; other += 1)
        painter.mark(step.node, `heat-${other}`, other === level);
      if (painter.has(step.node))
        painter.note(
          step.node,
          measure === "count" ? String(step.count) : step.words,
          gettext("%(node)s: entered %(count)s times, %(words)s in all", {
            node: painter.nameOf(step.node),
            count: step.count,
            words: step.words,
          }),
        );
    }
    for (const button of buttons.querySelectorAll("button")) {
      const isChosen = button.dataset.measure === measure;
      button.setAttribute("aria-pressed", String(isChosen));
      button.classList.toggle("btn-active", isChosen);
    }
  };
  const choose = (measure: Measure, words: string) =>
    h(
      "button",
      {
        type: "button",
        class: "btn btn-sm join-item",
        "data-measure": measure,
        onclick: () => paint(measure),
      },
      words,
    );
  buttons.append(choose("count", gettext("How often")), choose("seconds", gettext("How long")));
  paint("count");
}
