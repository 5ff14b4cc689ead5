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
  // The rules of the drawing say what is wrong; here also what to do.
  "Gateway forks and joins": gettext(
    "This gateway joins ways and parts them again: draw one gateway for each.",
  ),
  "Element is missing label/name": gettext("It has no name yet: say what happens here."),
  "Element is missing name": gettext("It has no name yet."),
  "Element is not connected": gettext("No flow leads to it or away from it: connect it."),
  "Flow splits implicitly": gettext("Several flows leave it at once: draw the gateway that they mean."),
  "Element is an implicit end": gettext("Nothing follows it: draw the end."),
  "Element is an implicit start": gettext("Nothing leads to it: draw the start."),
  "Gateway is superfluous. It only has one source and target.": gettext(
    "This gateway has one way in and one way out: it decides nothing.",
  ),
  "Sequence flow is missing condition": gettext("This flow needs a condition, or has to be the default."),
  "SequenceFlow is a duplicate": gettext("There is another flow between the same two elements."),
  "Duplicate incoming sequence flows": gettext("Two flows come from the same element."),
  "Duplicate outgoing sequence flows": gettext("Two flows lead to the same element."),
  "Process is missing start event": gettext("The process has no start: draw a start event."),
  "Process is missing end event": gettext("The process has no end: draw an end event."),
  "Sub process is missing start event": gettext("The sub-process has no start: draw a start event."),
  "Sub process is missing end event": gettext("The sub-process has no end: draw an end event."),
  "Process has multiple blank start events": gettext("The process has several plain start events: keep one."),
  "Sub process has multiple blank start events": gettext(
    "The sub-process has several plain start events: keep one.",
  ),
  "Start event must be blank": gettext(
    "Within a sub-process the start event waits for nothing: make it plain.",
  ),
  "Start event is missing event definition": gettext("Say what this start event waits for."),
  "Event has multiple event definitions": gettext("An event waits for one thing: remove the others."),
};

/** Kinds of elements are written “Sequence Flow” in one place and “Sequence flow” in the others: they are one entry. */
function inOurWords(template: string): string {
  const [, kind, aside] = /^(.*?)( \(Non Interrupting\))?$/s.exec(template) ?? [];
  const known = gettext(kind ?? template);
  const plain = template.charAt(0) + (kind ?? template).slice(1).toLowerCase();
  const words = known === kind && gettext(plain) !== plain ? gettext(plain) : known;
  return aside ? `${words} (${gettext("not interrupting")})` : words;
}

/** The `translate` service of the libraries: `{name}` is replaced by the replacement of that name. */
export function translate(template: string, replacements: Record<string, string> = {}): string {
  const words = WORDS[template] ?? inOurWords(template).replace(/\b(Camunda|Zeebe)( 8)?\b/g, "Statewright");
  return words.replace(/\{([^}]+)\}/g, (whole, name: string) => replacements[name] ?? whole);
}

export const wordsModule = { translate: ["value", translate] };
