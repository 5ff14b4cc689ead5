/**
 * The functions that FEEL editors offer: those of the engine, in the language of the page, which holds them. Stands in
 * for the library's own list (`@camunda/feel-builtins`, see vite.config.ts), which has others and speaks English.
 */

interface Offer {
  name: string;
  parameters: string[];
  words: string;
  example: string;
}

interface Builtin {
  name: string;
  type: "function";
  params: { name: string }[];
  /** HTML. */
  info: string;
}

const inHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

export function readOffers(page: Document): Builtin[] {
  const offers = JSON.parse(page.getElementById("feel-functions")?.textContent ?? "[]") as Offer[];
  return offers.map(({ name, parameters, words, example }) => ({
    name,
    type: "function",
    params: parameters.map((one) => ({ name: one })),
    info: `<div><p>${inHtml(words)}</p><pre><code>${inHtml(example)}</code></pre></div>`,
  }));
}

export const camundaBuiltins = readOffers(document);
export const feelBuiltins = camundaBuiltins;
export const camundaExtensions: Builtin[] = [];
/** The parser has to be told of names that have a word of the language in them. */
export const camundaReservedNameBuiltins = camundaBuiltins.filter(({ name }) => name === "get or else");
