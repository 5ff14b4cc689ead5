/** Our own words in the drawing tool: its libraries speak of a vendor's product where we speak of the house. */

const WORDS: Record<string, string> = {
  "Camunda user task": "Inbox task",
  "Job worker": "Handler",
  "Camunda form": "Form",
  "Camunda Form (embedded)": "Form in this diagram",
  "Camunda Form (linked)": "Form by its id",
  "Camunda form (embedded)": "Form in this diagram",
  "Camunda form (linked)": "Form by its id",
  "Job type": "Name of the handler",
  "Candidate groups": "Groups as text or expression",
  "Zeebe task": "Handler task",
  "Camunda Tasklist": "Inbox",
};

/** The `translate` service of the libraries: `{name}` is replaced by the replacement of that name. */
export function translate(template: string, replacements: Record<string, string> = {}): string {
  const words = WORDS[template] ?? template.replace(/\b(Camunda|Zeebe)( 8)?\b/g, "Statewright");
  return words.replace(/\{([^}]+)\}/g, (whole, name: string) => replacements[name] ?? whole);
}

export const wordsModule = { translate: ["value", translate] };
