/** Numbers and dates as the person's region writes them: told by the page, else as the browser's language does. */

const page = (): DOMStringMap => document.documentElement.dataset;

/** A language tag that `Intl` takes. */
export function region(): string {
  for (const tag of [page().region, document.documentElement.lang]) {
    try {
      if (tag) return new Intl.NumberFormat(tag).resolvedOptions().locale;
    } catch {
      // A tag that no browser knows: the next one.
    }
  }
  return "en";
}

/** The zone that the person chose; undefined: the browser's. */
export const zone = (): string | undefined => page().zone || undefined;

const MOST_DIGITS = 20;

/** A number with all its digits; the thousands apart only where it is read and not edited. */
export function tellNumber(value: number | string, isGrouped = false, locale = region()): string {
  // As text, so that a number longer than 53 bits keeps its digits.
  const number = String(value).trim() as Intl.StringNumericLiteral;
  const options = { maximumFractionDigits: MOST_DIGITS, useGrouping: isGrouped };
  const words = new Intl.NumberFormat(locale, options).format(number);
  return words === "NaN" ? String(value) : words;
}

function signs(locale: string): { decimal: string; group: string } {
  const parts = new Intl.NumberFormat(locale, { useGrouping: true }).formatToParts(-1234567.8);
  const find = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
  return { decimal: find("decimal"), group: find("group") };
}

const plain = (sign: string) => sign.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
/** Spaces and apostrophes never are decimal signs. */
const APART = /[\s\u00a0\u202f'’]/g;

/**
 * What somebody has typed as the text of a number, like `-1234.5`; null: it is none.
 * “1.234” is a thousand and more where a point sets thousands apart; “12.5” can only be meant as twelve and a half.
 */
export function readNumber(typed: string, locale = region()): string | null {
  const { decimal, group } = signs(locale);
  let text = typed.trim().replace("−", "-").replace(APART, "");
  const thousands = new RegExp(`^[-+]?\\d{1,3}(${plain(group)}\\d{3})+(${plain(decimal)}\\d*)?$`);
  if (group.trim() && thousands.test(text)) text = text.replaceAll(group, "");
  text = text.replace(decimal === "," ? "," : /[,٫]/, ".");
  return /^[-+]?(\d+\.?\d*|\.\d+)$/.test(text) ? text.replace(/^\+/, "").replace(/\.$/, "") : null;
}
