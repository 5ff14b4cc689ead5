/** Edits the schema of one form; Save sends it back. */
import { FormEditor } from "@bpmn-io/form-js-editor";
import type { Schema } from "@bpmn-io/form-js-viewer";
import "@bpmn-io/form-js-viewer/dist/assets/form-js.css";
import "@bpmn-io/form-js-editor/dist/assets/form-js-editor.css";
import "@bpmn-io/form-js/dist/assets/properties-panel.css";
import "../styles/forms.css";
import { h, readProps } from "../lib/dom";
import { describe, put } from "../lib/http";
import { addShortcut } from "../lib/shortcuts";
import { toast } from "../lib/toast";

interface FormEditorProps {
  schema: Schema;
  save_url: string;
}

export async function mount(root: HTMLElement): Promise<void> {
  const props = readProps<FormEditorProps>(root);
  const container = h("div", { class: "diagram-space" });
  root.append(container);
  const editor = new FormEditor({ container });
  await editor.importSchema(props.schema);
  const save = async () => {
    try {
      await put(props.save_url, { schema: editor.saveSchema() });
      toast("The form is saved.", { kind: "done" });
    } catch (error) {
      toast(`The form is not saved: ${describe(error)}`, { kind: "incident" });
    }
  };
  addShortcut({
    keys: "Mod+s",
    label: "Save the form",
    group: "Form",
    run: () => void save(),
    whileTyping: true,
  });
  document.querySelector('[data-do="save"]')?.addEventListener("click", () => void save());
}
