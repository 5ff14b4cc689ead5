/** The form viewer with its looks, in a chunk of its own: most trials of most people need none. */
import { Form, type Schema } from "@bpmn-io/form-js-viewer";
import "@bpmn-io/form-js-viewer/dist/assets/form-js.css";
import "../../styles/forms.css";
import type { Variables } from "./model";

export async function openForm(container: HTMLElement, schema: Schema, data: Variables): Promise<Form> {
  // What is typed counts at once: a field that is drawn anew, because another one has changed, forgets what still
  // waits. The option is not among the library's types.
  const options: ConstructorParameters<typeof Form>[0] & { debounce: boolean } = {
    container,
    debounce: false,
  };
  const form = new Form(options);
  await form.importSchema(schema, data);
  return form;
}
