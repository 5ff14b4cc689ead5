/** Words in the person's language: the page brings a catalogue for every language but English. */

type Values = Record<string, string | number | undefined>;
/** Where a number decides, one text for each of the language's forms. */
type Catalogue = Record<string, string | string[]>;

function readCatalogue(): Catalogue {
  const source = document.getElementById("catalogue")?.textContent;
  try {
    return source ? (JSON.parse(source) as Catalogue) : {};
  } catch {
    return {};
  }
}

let catalogue: Catalogue | undefined;

function find(text: string): string | string[] | undefined {
  catalogue ??= readCatalogue();
  return catalogue[text];
}

/** The translation of an English text; `%(name)s` in it is replaced by the value of that name. */
export function gettext(text: string, values: Values = {}): string {
  const words = find(text);
  return fill(typeof words === "string" ? words : text, values);
}

/** The text for one or for many, as the language counts; `%(count)s` in it is replaced by the number. */
export function ngettext(one: string, many: string, count: number, values: Values = {}): string {
  const forms = find(one);
  const words = Array.isArray(forms) ? forms[formOf(count, forms.length)] : undefined;
  return fill(words ?? (count === 1 ? one : many), { count, ...values });
}

const CATEGORIES = ["zero", "one", "two", "few", "many", "other"] as const;

/** Catalogues list a language's forms in the order of these categories; some leave out the one for fractions. */
function formOf(count: number, forms: number): number {
  const rules = new Intl.PluralRules(document.documentElement.lang || "en");
  const known: readonly string[] = rules.resolvedOptions().pluralCategories;
  const own = CATEGORIES.filter((category) => known.includes(category));
  return Math.min(own.indexOf(rules.select(count)), forms - 1);
}

const fill = (words: string, values: Values): string =>
  words.replace(/%\((\w+)\)s/g, (whole, name: string) =>
    name in values ? String(values[name] ?? "") : whole,
  );
