/** The fields that take the place of the form library's own: numbers, dates and values as the person's region has them. */
import type { FormFields } from "@bpmn-io/form-js-viewer";
import { MomentField } from "./moment-field";
import { NumberField } from "./number-field";
import { TableField } from "./table-field";
import { TextField } from "./text-field";

class OwnFields {
  static $inject = ["formFields"];
  constructor(formFields: FormFields) {
    formFields.register("number", NumberField);
    formFields.register("text", TextField);
    formFields.register("table", TableField);
    formFields.register("datetime", MomentField);
  }
}

/** For a form's `additionalModules`. */
export const ownFields = { __init__: ["ownFields"], ownFields: ["type", OwnFields] };
