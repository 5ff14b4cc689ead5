/** Numbers and dates as the person's region writes them: told by the page, else as the browser's language does. */

import { gettext } from "./gettext";

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

/** What stands before the tenths. */
export const decimalSign = (locale = region()): string => signs(locale).decimal;

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

const DATE = /^\d{4}-\d\d-\d\d$/;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/;

/** Any value of a process, to be read: numbers, days and moments as the region writes them, structures as JSON. */
export function tellValue(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return tellNumber(value);
  if (typeof value === "boolean") return value ? gettext("Yes") : gettext("No");
  if (typeof value !== "string") return JSON.stringify(value);
  const isDate = DATE.test(value);
  const found = isDate ? null : MOMENT.exec(value);
  const at = new Date(value);
  if ((!isDate && !found) || Number.isNaN(at.getTime())) return value;
  if (isDate) return at.toLocaleDateString(region(), { timeZone: "UTC" });
  const in_ = found?.[3] ? zone() : undefined; // what is without a zone stays the time that it says
  return at.toLocaleString(region(), { dateStyle: "short", timeStyle: "short", timeZone: in_ });
}

/** What clock and calendar show in the zone, like `2031-01-31T18:30`. */
export function wallTime(at: Date, in_ = zone()): string {
  const format = new Intl.DateTimeFormat("sv", { dateStyle: "short", timeStyle: "short", timeZone: in_ });
  return format.format(at).replace(" ", "T");
}

/** How far the zone is from UTC when its clock shows this, like `-05:00`. */
export function isoOffset(wall: string, in_ = zone()): string {
  const asUtc = Date.parse(`${wall}Z`);
  const shift = (at: number) => (Date.parse(`${wallTime(new Date(at), in_)}Z`) - at) / 60_000;
  // Once more from where the first guess leads: the clocks may change between the two.
  const minutes = Math.round(shift(asUtc - Math.round(shift(asUtc)) * 60_000));
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  return `${minutes < 0 ? "-" : "+"}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
}
