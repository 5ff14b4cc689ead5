/** The form library's own words in the person's language: it has English ones only, and no place to give others. */
import { tellNumber } from "../lib/formats";
import { gettext } from "../lib/gettext";

const numberOf = (text = ""): string => tellNumber(text);

/** What it writes, and the sentence with its values as our catalogues have it. */
const SENTENCES: [RegExp, (found: string[]) => string][] = [
  [/^Field is required\.$/, () => gettext("The field is required.")],
  [
    /^Field must have minimum value of (.+)\.$/,
    ([value]) => gettext("The value must be at least %(value)s.", { value: numberOf(value) }),
  ],
  [
    /^Field must have maximum value of (.+)\.$/,
    ([value]) => gettext("The value must be at most %(value)s.", { value: numberOf(value) }),
  ],
  [/^Field must have minimum length of (.+)\.$/, ([n]) => gettext("Write at least %(n)s characters.", { n })],
  [/^Field must have maximum length of (.+)\.$/, ([n]) => gettext("Write at most %(n)s characters.", { n })],
  [
    /^Field must match pattern (.+)\.$/,
    ([form]) => gettext("The value does not fit the pattern %(form)s.", { form }),
  ],
  [/^Field must be a valid email\.$/, () => gettext("Write an e-mail address.")],
  [/^Field must be a valid {2}international phone number\./, () => gettext("Write a phone number.")],
  [/^Value is not a number\.$/, () => gettext("The value must be a number.")],
  [/^Value is expected to be an integer\.$/, () => gettext("The value must be a whole number.")],
  [
    /^Value is expected to have at most (.+) decimal digits?\.$/,
    ([n]) => gettext("The value has at most %(n)s decimal places.", { n }),
  ],
  [
    /^Please select a valid value, the two nearest valid values are (.+) and (.+)\.$/,
    ([below, above]) =>
      gettext("The nearest values are %(below)s and %(above)s.", {
        below: numberOf(below),
        above: numberOf(above),
      }),
  ],
  [
    /^Date is in the past\.$|^Date must not be in the past\.$/,
    () => gettext("The date must not be in the past."),
  ],
  [/^Date and time must both be entered\.$/, () => gettext("Write both the date and the time.")],
  [/^Browse$/, () => gettext("Browse")],
  [/^No files selected$/, () => gettext("No files chosen")],
  [/^(\d+) files selected$/, ([n]) => gettext("%(n)s files chosen", { n })],
  [/^Add new$/, () => gettext("Add")],
  [/^Expand all \((\d+)\)$/, ([n]) => gettext("Show all (%(n)s)", { n })],
  [/^Collapse$/, () => gettext("Show fewer")],
  [/^Select$/, () => gettext("Choose")],
  [/^Search$/, () => gettext("Search")],
  [/^No results$/, () => gettext("Nothing found")],
  [/^All values selected$/, () => gettext("All are chosen")],
  [/^Previous page$/, () => gettext("Previous page")],
  [/^Next page$/, () => gettext("Next page")],
  [/^Remove tag$/, () => gettext("Remove")],
  [/^Remove list item (\d+)$/, ([n]) => gettext("Remove row %(n)s", { n })],
  [/^Download (.+)$/, ([name]) => gettext("Download %(name)s", { name })],
  [/^Unable to download document$/, () => gettext("The file cannot be read.")],
  [/^No content to show\.$/, () => gettext("There is nothing to show.")],
  [/^External content couldn't be loaded\.$/, () => gettext("The site cannot be shown.")],
];
const ATTRIBUTES = ["aria-label", "placeholder", "title"];
/** Where words are the author's or the person's. */
const THEIRS = [
  ".fjs-form-field-label",
  ".fjs-form-field-text",
  ".fjs-form-field-html",
  "option",
  "textarea",
  "td",
  "th",
].join();

export function inOwnWords(text: string): string {
  for (const [pattern, say] of SENTENCES) {
    const found = pattern.exec(text.trim());
    if (found) return say(found.slice(1));
  }
  return text;
}

/** From now on whatever the form draws is told in the person's language. */
export function translateForm(container: HTMLElement): void {
  const look = (node: Node) => {
    if (node instanceof Text) {
      if (node.parentElement?.closest(THEIRS)) return;
      const words = inOwnWords(node.data);
      if (words !== node.data) node.data = words;
    } else if (node instanceof Element) {
      for (const name of ATTRIBUTES) {
        const text = node.getAttribute(name);
        if (text && inOwnWords(text) !== text) node.setAttribute(name, inOwnWords(text));
      }
      for (const child of node.childNodes) look(child);
    }
  };
  new MutationObserver((changes) => {
    for (const change of changes) {
      look(change.target);
      for (const node of change.addedNodes) look(node);
    }
  }).observe(container, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
    attributeFilter: ATTRIBUTES,
  });
  look(container);
}
