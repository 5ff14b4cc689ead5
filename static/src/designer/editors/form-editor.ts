/** Edits a form beside its preview, with the variables of the process at hand. */

import { FormEditor } from "@bpmn-io/form-js-editor";
import { Form, type Schema } from "@bpmn-io/form-js-viewer";
import { atOnce } from "../../forms/at-once";
import { gettext } from "../../lib/gettext";
import "@bpmn-io/form-js-viewer/dist/assets/form-js.css";
import "@bpmn-io/form-js-editor/dist/assets/form-js-editor.css";
import "@bpmn-io/form-js/dist/assets/properties-panel.css";
import "../../styles/forms.css";
import "../../styles/editors.css";
import { h } from "../../lib/dom";
import { describe } from "../../lib/http";
import { toast } from "../../lib/toast";
import type { FormVariable } from "./form-fields";
import { openOverlay, tabsOf } from "./overlay";

interface FormModeling {
  addFormField(field: object, parent: object, index: number): void;
}

/** Kinds of fields by the kinds of values. */
const FIELD_OF: Record<string, string> = { number: "number", boolean: "checkbox", date: "datetime" };

export async function editForm(
  title: string,
  text: string,
  variables: readonly FormVariable[],
  write: (schema: string) => void,
): Promise<void> {
  const overlay = openOverlay(
    title,
    () => save(),
    () => {
      editor.destroy();
      preview.destroy();
    },
  );
  const palette = h("div", {});
  const left = h("div", { class: "form-palette" }, palette);
  const canvas = h("div", { class: "form-canvas" });
  const properties = h("div", { class: "form-properties" });
  const shown = h("div", { class: "form-preview", hidden: true });
  const result = h("pre", {
    class: "form-result",
    "aria-label": gettext("What the form gives"),
    tabindex: "0",
  });
  const drawing = h("div", { class: "form-drawing" }, left, canvas, properties);
  overlay.body.append(drawing, shown);

  const editor = new FormEditor({
    container: canvas,
    palette: { parent: palette },
    propertiesPanel: { parent: properties },
  } as ConstructorParameters<typeof FormEditor>[0]);
  const space = h("div", { class: "form-space" });
  const preview = new Form(atOnce({ container: space }));
  shown.append(
    h("div", { class: "form-paper" }, space),
    h("aside", {}, h("h3", { class: "label-caps" }, gettext("What it gives")), result),
  );
  const showResult = () => {
    result.textContent = JSON.stringify(
      (preview as unknown as { _getSubmitData(): unknown })._getSubmitData(),
      null,
      2,
    );
  };
  preview.on("changed", showResult);

  const save = () => {
    const schema = editor.saveSchema();
    write(JSON.stringify(schema, null, 2));
    return true;
  };
  overlay.tools.append(
    tabsOf(gettext("Form"), [gettext("Edit"), gettext("Preview")], (at) => {
      const isEditing = at === 0;
      drawing.hidden = !isEditing;
      shown.hidden = isEditing;
      if (!isEditing) void preview.importSchema(editor.saveSchema(), {}).then(showResult);
    }),
  );
  try {
    await editor.importSchema(JSON.parse(text || '{"type":"default","components":[]}') as Schema);
  } catch (error) {
    overlay.close();
    toast(gettext("The form cannot be read: %(error)s", { error: describe(error) }), { kind: "incident" });
    return;
  }
  if (variables.length > 0) left.prepend(variableList(editor, variables));
}

/** A click adds a field that is bound to the variable. */
function variableList(editor: FormEditor, variables: readonly FormVariable[]): HTMLElement {
  const add = ({ name, type }: FormVariable) => {
    const root = editor.get<{ _state: { schema: { components: unknown[] } } }>("formEditor")._state.schema;
    const kind = FIELD_OF[type.toLowerCase()] ?? "textfield";
    const label = name.replace(/([a-z])([A-Z])/g, "$1 $2").replace(/_/g, " ");
    const words = label.charAt(0).toUpperCase() + label.slice(1).toLowerCase();
    const more = kind === "datetime" ? { subtype: "date", dateLabel: words } : { label: words };
    editor
      .get<FormModeling>("modeling")
      .addFormField({ type: kind, key: name, ...more }, root, root.components.length);
  };
  return h(
    "section",
    { class: "form-variables", "aria-label": gettext("Variables of the process") },
    h("h3", { class: "label-caps" }, gettext("Variables here")),
    h(
      "ul",
      {},
      ...variables.map((variable) =>
        h(
          "li",
          {},
          h(
            "button",
            {
              type: "button",
              title: gettext("Add a field for %(name)s", { name: variable.name }),
              onclick: () => add(variable),
            },
            h("span", { class: "short-id" }, variable.name),
            h("span", { class: "text-subtle" }, variable.type),
          ),
        ),
      ),
    ),
  );
}
