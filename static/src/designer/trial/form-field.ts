/** Answers to a task or a start: its form where it has one, else JSON; one can be changed for the other. */

import type { Form, Schema } from "@bpmn-io/form-js-viewer";
import { h } from "../../lib/dom";
import { gettext } from "../../lib/gettext";
import type { Variables } from "./model";
import { jsonField } from "./values";

export interface FormField {
  element: HTMLElement;
  read(): { variables: Variables; isForm: boolean } | null;
  refuse(fields: { field: string; message: string }[]): void;
}

interface Submission {
  data: Variables;
  errors: Record<string, unknown>;
}

export function formField(schema: Schema | null, data: Variables, label: string): FormField {
  const json = jsonField(label);
  if (!schema)
    return {
      element: json.element,
      read: () => {
        const variables = json.read();
        return variables && { variables, isForm: false };
      },
      refuse: () => undefined,
    };
  const space = h("div", { class: "trial-form-space" });
  const list = h("ul", {});
  const problems = h("div", { class: "field-error", role: "alert" }, list);
  const other = h("button", { type: "button", class: "link row-note" }, gettext("JSON instead"));
  const element = h("div", {}, space, problems, other);
  let form: Form | null = null;
  let isForm = true;
  // The viewer is fetched when the first form is shown.
  void import("./form-viewer").then(async ({ openForm }) => {
    form = await openForm(space, schema, data);
  });
  other.addEventListener("click", () => {
    isForm = !isForm;
    space.hidden = !isForm;
    other.textContent = isForm ? "JSON instead" : "The form instead";
    if (isForm) json.element.remove();
    else other.before(json.element);
  });
  return {
    element,
    read: () => {
      list.replaceChildren();
      if (!isForm) {
        const variables = json.read();
        return variables && { variables, isForm: false };
      }
      if (!form) return null;
      const { data: given, errors } = form.submit() as unknown as Submission;
      return Object.keys(errors).length > 0 ? null : { variables: given, isForm: true };
    },
    refuse: (fields) => {
      list.replaceChildren(...fields.map(({ field, message }) => h("li", {}, `${field}: ${message}`)));
    },
  };
}
