/** Edits decision tables and their requirement graph; each view of the file is a tab. */
import DmnModeler, { type DmnView } from "dmn-js/lib/Modeler";
import "dmn-js/dist/assets/diagram-js.css";
import "dmn-js/dist/assets/dmn-js-shared.css";
import "dmn-js/dist/assets/dmn-js-drd.css";
import "dmn-js/dist/assets/dmn-js-decision-table.css";
import "dmn-js/dist/assets/dmn-js-decision-table-controls.css";
import "dmn-js/dist/assets/dmn-js-literal-expression.css";
import "dmn-js/dist/assets/dmn-js-boxed-expression.css";
import "dmn-js/dist/assets/dmn-js-boxed-expression-controls.css";
import "dmn-js/dist/assets/dmn-font/css/dmn-embedded.css";
import "../styles/diagram.css";
import { RENDERER_COLOURS } from "../diagram/colours";
import { h, readProps } from "../lib/dom";
import { describe, put } from "../lib/http";
import { addShortcut } from "../lib/shortcuts";
import { toast } from "../lib/toast";

interface DecisionProps {
  xml: string;
  save_url: string;
}

export async function mount(root: HTMLElement): Promise<void> {
  const props = readProps<DecisionProps>(root);
  const tabs = h("div", { class: "tabs-line", role: "tablist", "aria-label": "Views of the decision" });
  const container = h("div", { class: "decision-space" });
  root.append(tabs, container);
  const editor = new DmnModeler({ container, drd: { drdRenderer: RENDERER_COLOURS } });
  editor.on("views.changed", ({ views, activeView }) => {
    tabs.replaceChildren(...views.map((view) => tab(view, view.id === activeView?.id)));
  });
  const tab = (view: DmnView, isActive: boolean) =>
    h(
      "button",
      {
        type: "button",
        role: "tab",
        "aria-selected": String(isActive),
        onclick: () => void editor.open(view),
      },
      view.type === "drd" ? "Requirements" : (view.name ?? view.id),
    );
  await editor.importXML(props.xml);
  const save = async () => {
    try {
      await put(props.save_url, { xml: (await editor.saveXML({ format: true })).xml });
      toast("The decision is saved.", { kind: "done" });
    } catch (error) {
      toast(`The decision is not saved: ${describe(error)}`, { kind: "incident" });
    }
  };
  addShortcut({
    keys: "Mod+s",
    label: "Save the decision",
    group: "Decision",
    run: () => void save(),
    whileTyping: true,
  });
  document.querySelector('[data-do="save"]')?.addEventListener("click", () => void save());
}
