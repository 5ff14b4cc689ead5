/** Edits the tables and the requirement graph of a decision file, and tries them out: the rules that match are marked. */

import DmnModeler, { type DmnView } from "dmn-js/lib/Modeler";
import { gettext } from "../../lib/gettext";
import "dmn-js/dist/assets/diagram-js.css";
import "dmn-js/dist/assets/dmn-js-shared.css";
import "dmn-js/dist/assets/dmn-js-drd.css";
import "dmn-js/dist/assets/dmn-js-decision-table.css";
import "dmn-js/dist/assets/dmn-js-decision-table-controls.css";
import "dmn-js/dist/assets/dmn-js-literal-expression.css";
import "dmn-js/dist/assets/dmn-js-boxed-expression.css";
import "dmn-js/dist/assets/dmn-js-boxed-expression-controls.css";
import "dmn-js/dist/assets/dmn-font/css/dmn-embedded.css";
import "../../styles/editors.css";
import { RENDERER_COLOURS } from "../../diagram/colours";
import { h } from "../../lib/dom";
import { describe } from "../../lib/http";
import { toast } from "../../lib/toast";
import type { NamedFile } from "../bench";
import { withRequirementDrawing } from "./decision-layout";
import { toEditable } from "./decision-versions";
import { openOverlay } from "./overlay";

interface Trial {
  value: unknown;
  hits: { id: string; number: number | null }[];
  diagnostics: string[];
}

export interface DecisionDesk {
  /** The other decision files of the draft: they may be imported. */
  others: NamedFile[];
  evaluate(body: object): Promise<Trial>;
  write(xml: string): void;
}

/** A value as somebody types it: JSON where it is JSON, else a text. */
export function readValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export async function editDecision(file: NamedFile, wanted: string, desk: DecisionDesk): Promise<void> {
  const editable = toEditable(file.content);
  const overlay = openOverlay(
    file.name,
    async () => {
      desk.write(await readXml());
      return true;
    },
    () => editor.destroy(),
  );
  const container = h("div", { class: "decision-space" });
  const trial = h("aside", { class: "decision-trial", "aria-label": gettext("Try the decision") });
  overlay.body.append(h("div", { class: "decision-desk" }, container, trial));
  const views = h("div", {
    class: "designer-tabs",
    role: "tablist",
    "aria-label": gettext("Views of the file"),
  });
  overlay.tools.append(views);
  const editor = new DmnModeler({ container, drd: { drdRenderer: RENDERER_COLOURS } });
  const readXml = async () => editable.writeBack((await editor.saveXML({ format: true })).xml);
  const tab = (view: DmnView, isActive: boolean) =>
    h(
      "button",
      {
        type: "button",
        role: "tab",
        "aria-selected": String(isActive),
        onclick: () => void editor.open(view),
      },
      view.type === "drd" ? gettext("Requirements") : view.name || view.id,
    );
  editor.on("views.changed", ({ views: all, activeView }) => {
    views.replaceChildren(...all.map((view) => tab(view, view === activeView)));
    if (activeView && activeView.type !== "drd") {
      showTrial(trial, activeView, run);
      if (editable.shownAsText.has(activeView.element?.decisionLogic?.id ?? "")) trial.prepend(keptNote());
    } else trial.replaceChildren(h("p", { class: "text-subtle" }, "Open a decision to try it with values."));
  });
  const run = async (decision: string, variables: Record<string, unknown>) => {
    const files = [...desk.others, { name: file.name, content: await readXml() }];
    const answer = await desk.evaluate({ files, decision, variables });
    mark(container, answer.hits);
    return answer;
  };
  try {
    refuseLosses((await editor.importXML(withRequirementDrawing(editable.xml))).warnings);
  } catch (error) {
    overlay.close();
    toast(gettext("%(name)s cannot be read: %(error)s", { name: file.name, error: describe(error) }), {
      kind: "incident",
    });
    return;
  }
  const first = editor.getViews().find((view) => view.element?.id === wanted);
  if (first) await editor.open(first);
}

/** What the editor does not know it would leave out of the file. */
function refuseLosses(warnings: readonly { message?: string }[]): void {
  const unknown = warnings.map(({ message }) => /^unparsable content (<[^>]+>)/.exec(message ?? "")?.[1]);
  const names = [...new Set(unknown.filter((name) => name !== undefined))];
  if (names.length > 0)
    throw new Error(
      gettext("It has %(names)s, which the editor would lose. Edit it where it was made.", {
        names: names.join(", "),
      }),
    );
}

const keptNote = (): HTMLElement =>
  h(
    "p",
    { class: "own-words mb-4" },
    gettext(
      "This is the FEEL text of a boxed expression. The boxed form is kept in the file until the text is changed.",
    ),
  );

/** The rows of the rules that matched. */
function mark(container: HTMLElement, hits: readonly { id: string }[]): void {
  for (const row of container.querySelectorAll("tr.is-matched")) row.classList.remove("is-matched");
  for (const { id } of hits)
    container
      .querySelector(`[data-row-id="${CSS.escape(id)}"]`)
      ?.closest("tr")
      ?.classList.add("is-matched");
}

/** What a decision's own logic and requirements ask for. */
export function inputsOf(decision: DmnView["element"]): string[] {
  const logic = decision?.decisionLogic;
  const asked = (logic?.input ?? []).map((input) => input.inputExpression?.text?.trim() ?? "");
  const needed = (decision?.informationRequirement ?? []).map((one) =>
    (one.requiredInput?.href ?? "").replace(/^#/, ""),
  );
  const names = asked.length > 0 ? asked : needed;
  return [...new Set(names.filter(Boolean).map((name) => name.split(/[.[(]/)[0] ?? name))];
}

function showTrial(
  place: HTMLElement,
  view: DmnView,
  run: (decision: string, variables: Record<string, unknown>) => Promise<Trial>,
): void {
  const names = inputsOf(view.element);
  const answer = h("div", { role: "status" });
  const fields = names.map((name) =>
    h("input", { class: "input input-sm w-full", name, autocomplete: "off" }),
  );
  const more = h("textarea", { class: "textarea textarea-sm w-full short-id", rows: "2", name: "more" });
  const submit = async (event: Event) => {
    event.preventDefault();
    const given = Object.fromEntries(
      fields.filter(({ value }) => value !== "").map(({ name, value }) => [name, readValue(value)]),
    );
    try {
      const others = more.value.trim() ? (JSON.parse(more.value) as Record<string, unknown>) : {};
      const { value, hits, diagnostics } = await run(view.element?.id ?? view.id, { ...given, ...others });
      const rules = hits.map(({ number }) => number).filter((number) => number !== null);
      answer.replaceChildren(
        h("p", { class: "own-caption" }, gettext("Result")),
        h("pre", { class: "form-result" }, JSON.stringify(value, null, 2)),
        view.type !== "decisionTable"
          ? ""
          : h(
              "p",
              {},
              rules.length > 0
                ? gettext("Matched: rule %(rules)s.", { rules: rules.join(", ") })
                : gettext("No rule matched."),
            ),
        ...diagnostics.map((words) => h("p", { class: "own-words is-problem" }, words)),
      );
    } catch (error) {
      answer.replaceChildren(h("p", { class: "own-words is-problem" }, describe(error)));
    }
  };
  place.replaceChildren(
    h("h3", { class: "label-caps" }, gettext("Try it")),
    h(
      "form",
      { class: "grid gap-2", onsubmit: (event) => void submit(event) },
      ...fields.map((field) =>
        h("label", {}, h("span", { class: "text-xs text-subtle" }, field.name), field),
      ),
      h("label", {}, h("span", { class: "text-xs text-subtle" }, gettext("More values (JSON)")), more),
      h("div", {}, h("button", { class: "btn btn-sm" }, gettext("Try it"))),
    ),
    answer,
  );
}
