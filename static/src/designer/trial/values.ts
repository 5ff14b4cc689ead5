/** A field for variables as JSON, which says where it is none; and variables as a table. */

import { h } from "../../lib/dom";
import { gettext } from "../../lib/gettext";
import type { Variables } from "./model";

export interface JsonField {
  element: HTMLElement;
  /** Null where the text is no object; the field says so itself then. */
  read(): Variables | null;
}

let made = 0;

export function jsonField(label: string, value: Variables = {}): JsonField {
  const id = `trial-json-${++made}`;
  const text = h("textarea", {
    id,
    class: "textarea json-field",
    rows: 3,
    spellcheck: "false",
    "aria-describedby": `${id}-error`,
  });
  text.value = Object.keys(value).length > 0 ? JSON.stringify(value, null, 2) : "{}";
  const error = h("p", { id: `${id}-error`, class: "field-error", role: "alert" });
  const read = () => {
    error.textContent = "";
    text.removeAttribute("aria-invalid");
    try {
      const found: unknown = JSON.parse(text.value.trim() || "{}");
      if (typeof found === "object" && found !== null && !Array.isArray(found)) return found as Variables;
      error.textContent = gettext('Variables are an object, such as {"amount": 5}.');
    } catch (problem) {
      error.textContent = gettext("This is no JSON: %(message)s", { message: (problem as Error).message });
    }
    text.setAttribute("aria-invalid", "true");
    text.focus();
    return null;
  };
  text.addEventListener("input", () => {
    error.textContent = "";
    text.removeAttribute("aria-invalid");
  });
  return { element: h("div", { class: "field" }, h("label", { for: id }, label), text, error), read };
}

export function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

export function variablesTable(variables: Variables, changed: Variables = {}): HTMLElement {
  const names = Object.keys(variables).sort();
  if (names.length === 0) return h("p", { class: "p-4 text-subtle" }, gettext("There are no variables yet."));
  return h(
    "table",
    { class: "rows variables" },
    h(
      "thead",
      {},
      h("tr", {}, h("th", { scope: "col" }, gettext("Name")), h("th", { scope: "col" }, gettext("Value"))),
    ),
    h(
      "tbody",
      {},
      ...names.map((name) =>
        h(
          "tr",
          {},
          h("td", {}, name, name in changed && h("span", { class: "row-note" }, ` ${gettext("changed")}`)),
          h(
            "td",
            { class: "wraps" },
            h("code", { class: "value-text" }, JSON.stringify(variables[name], null, 1)),
          ),
        ),
      ),
    ),
  );
}
