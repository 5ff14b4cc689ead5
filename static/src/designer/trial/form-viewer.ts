/** The form viewer with its looks, in a chunk of its own: most trials of most people need none. */
import { Form, type Schema } from "@bpmn-io/form-js-viewer";
import "@bpmn-io/form-js-viewer/dist/assets/form-js.css";
import "../../styles/forms.css";
import { atOnce } from "../../forms/at-once";
import type { Variables } from "./model";

export async function openForm(container: HTMLElement, schema: Schema, data: Variables): Promise<Form> {
  const form = new Form(atOnce({ container }));
  await form.importSchema(schema, data);
  return form;
}
