/** The form of a task or start: none, one in this diagram, one of the draft's files, or one that is deployed. */

import { gettext } from "../../lib/gettext";
import type { NamedFile } from "../bench";
import { together } from "../canvas/together";
import type { FormPlace } from "../context";
import {
  type DrawnElement,
  type Moddle,
  processAround,
  processOf,
  readExtension,
  readExtensions,
  replaceExtensions,
  textOf,
} from "../extension/elements";
import { Button, Choose, Entry, type EntryProps, useCatalogue, usePage, useTool, Words } from "./parts";

const FORM = "zeebe:FormDefinition";
const SCHEMA = "zeebe:UserTaskForm";
const EMBEDDED = "camunda-forms:bpmn:";

/** The form's place if it can be edited here. */
export function placeOfForm(
  element: DrawnElement,
  fileOf: (id: string) => string | undefined,
): FormPlace | null {
  const form = readExtension(element.businessObject, FORM);
  const key = textOf(form, "formKey");
  if (key.startsWith(EMBEDDED)) return { kind: "embedded", id: key.slice(EMBEDDED.length) };
  const name = fileOf(textOf(form, "formId"));
  return name ? { kind: "file", name } : null;
}

/** The id of the form in a file: its own, else the file's name. */
export function idOfForm({ name, content }: { name: string; content: string }): string {
  const own = name.replace(/\.form$/, "");
  try {
    const { id } = JSON.parse(content) as { id?: unknown };
    return typeof id === "string" && id ? id : own;
  } catch {
    return own;
  }
}

/** The schema of the form of a task or start; empty where it has none, or one that is not of this draft. */
export function schemaOfForm(own: Moddle, files: readonly NamedFile[]): string {
  const form = readExtension(own, FORM);
  const key = textOf(form, "formKey");
  const process = processAround(own);
  if (key.startsWith(EMBEDDED) && process) {
    const id = key.slice(EMBEDDED.length);
    return textOf(
      readExtensions(process, SCHEMA).find((one) => textOf(one, "id") === id),
      "body",
    );
  }
  const wanted = textOf(form, "formId");
  return (wanted && files.find((file) => idOfForm(file) === wanted)?.content) || "";
}

export function TaskForm({ element, id }: EntryProps) {
  const get = useTool();
  const page = usePage();
  const catalogue = useCatalogue();
  const form = readExtension(element.businessObject, FORM);
  const process = processOf(element);
  const embedded = process ? readExtensions(process, SCHEMA).map((one) => textOf(one, "id")) : [];
  const files = page.listFiles(".form").map((file) => ({ name: file.name, id: idOfForm(file) }));
  const place = placeOfForm(element, (wanted) => files.find((file) => file.id === wanted)?.name);
  const deployed = (catalogue?.forms ?? []).filter((one) => !files.some((file) => file.id === one));
  const key = textOf(form, "formKey");
  const formId = textOf(form, "formId");
  const value = key || (formId ? `id:${formId}` : "");
  const other = value && !place && !deployed.includes(formId) ? [{ value, label: key || formId }] : [];

  const choose = (wanted: string) => {
    if (!wanted) return replaceExtensions(get, element, FORM, []);
    if (!wanted.startsWith("id:")) return replaceExtensions(get, element, FORM, [{ formKey: wanted }]);
    const name = wanted.slice(3);
    // A form of this draft is deployed with it, and its version belongs to the version of the process.
    const binding = files.some((file) => file.id === name) ? { bindingType: "deployment" } : {};
    replaceExtensions(get, element, FORM, [{ formId: name, ...binding }]);
  };
  const make = () => {
    if (!process) return;
    const name = freeName(`${element.id}_form`, embedded);
    const schema = JSON.stringify({ type: "default", id: name, components: [] }, null, 2);
    const kept = readExtensions(process, SCHEMA).map((one) => ({
      id: textOf(one, "id"),
      body: textOf(one, "body"),
    }));
    together(get, () => {
      replaceExtensions(get, element, SCHEMA, [...kept, { id: name, body: schema }], process);
      replaceExtensions(get, element, FORM, [{ formKey: EMBEDDED + name }]);
    });
    page.openForm({ kind: "embedded", id: name }, element.id);
  };
  return (
    <Entry id={id}>
      <Choose
        id={id}
        label={gettext("Form in the inbox")}
        value={value}
        choices={[
          { value: "", label: gettext("No form: only the buttons") },
          {
            label: gettext("In this diagram"),
            choices: embedded.map((one) => ({ value: EMBEDDED + one, label: one })),
          },
          {
            label: gettext("Files of this process"),
            choices: files.map((one) => ({ value: `id:${one.id}`, label: one.name })),
          },
          {
            label: gettext("Deployed, always the latest"),
            choices: deployed.map((one) => ({ value: `id:${one}`, label: one })),
          },
          ...other,
        ]}
        onChange={choose}
      />
      <div class="own-buttons">
        {place && (
          <Button onClick={() => page.openForm(place, element.id)}>{gettext("Edit the form")}</Button>
        )}
        {!value && <Button onClick={make}>{gettext("New form")}</Button>}
      </div>
      {other.length > 0 && <Words>{gettext("This form is neither in this draft nor deployed here.")}</Words>}
    </Entry>
  );
}

function freeName(base: string, taken: readonly string[]): string {
  let name = base;
  for (let number = 2; taken.includes(name); number += 1) name = `${base}_${number}`;
  return name;
}
