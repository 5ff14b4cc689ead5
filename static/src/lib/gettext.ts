/** Words in the person's language: the page brings a catalogue for every language but English. */

type Catalogue = Record<string, string>;

function readCatalogue(): Catalogue {
  const source = document.getElementById("catalogue")?.textContent;
  try {
    return source ? (JSON.parse(source) as Catalogue) : {};
  } catch {
    return {};
  }
}

let catalogue: Catalogue | undefined;

/** The translation of an English text; `%(name)s` in it is replaced by the value of that name. */
export function gettext(text: string, values: Record<string, string | number> = {}): string {
  catalogue ??= readCatalogue();
  const words = catalogue[text] ?? text;
  return words.replace(/%\((\w+)\)s/g, (whole, name: string) => String(values[name] ?? whole));
}
