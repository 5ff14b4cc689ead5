/** Our own words in the drawing tool: its libraries speak of a vendor's product where we speak of the house. */
import { gettext } from "../lib/gettext";

const WORDS: Record<string, string> = {
  "Camunda user task": gettext("Inbox task"),
  "Job worker": gettext("Handler"),
  "Camunda form": gettext("Form"),
  "Camunda Form (embedded)": gettext("Form in this diagram"),
  "Camunda Form (linked)": gettext("Form by its id"),
  "Camunda form (embedded)": gettext("Form in this diagram"),
  "Camunda form (linked)": gettext("Form by its id"),
  "Job type": gettext("Name of the handler"),
  "Candidate groups": gettext("Groups as text or expression"),
  "Zeebe task": gettext("Handler task"),
  "Camunda Tasklist": gettext("Inbox"),
};

/** The `translate` service of the libraries: `{name}` is replaced by the replacement of that name. */
export function translate(template: string, replacements: Record<string, string> = {}): string {
  const words = WORDS[template] ?? gettext(template).replace(/\b(Camunda|Zeebe)( 8)?\b/g, "Statewright");
  return words.replace(/\{([^}]+)\}/g, (whole, name: string) => replacements[name] ?? whole);
}

export const wordsModule = { translate: ["value", translate] };
