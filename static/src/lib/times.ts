/** Shows every `<time datetime>` relative to now, with the exact time on hover, and keeps it true while time passes. */
import { region, tellNumber, zone } from "./formats";
import { gettext } from "./gettext";

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

const ALMOST = 0.02;

/** The language of the page. */
const language = (): string => document.documentElement.lang || "en";

export function relativeTime(at: Date, now: Date, locale = language()): string {
  const seconds = Math.round((at.getTime() - now.getTime()) / 1000);
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
  // Two days without a moment are two days.
  const ahead = seconds > 0 ? ALMOST : 0;
  for (const [unit, length] of STEPS)
    if (Math.abs(seconds) >= length) return format.format(Math.trunc(seconds / length + ahead), unit);
  if (Math.abs(seconds) >= 10) return format.format(seconds, "second");
  return seconds > 0 ? gettext("in a moment") : gettext("just now");
}

/** A length of time, as short as it can be said. */
export function tellSeconds(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 60) return `${shortly(seconds)} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 86_400) return `${shortly(seconds / 3600)} h`;
  return `${shortly(seconds / 86_400)} d`;
}

const shortly = (value: number): string => tellNumber(value.toFixed(1));

export function exactTime(at: Date): string {
  return at.toLocaleString(region(), { dateStyle: "medium", timeStyle: "long", timeZone: zone() });
}

const SOON = 60_000;

/** `isSoon`: only those that are counted down to, which a person watches. */
export function paintTimes(root: ParentNode = document, isSoon = false): void {
  const now = new Date();
  for (const element of root.querySelectorAll<HTMLTimeElement>("time[datetime]:not([data-exact])")) {
    const at = new Date(element.dateTime);
    const ahead = at.getTime() - now.getTime();
    if (Number.isNaN(ahead) || (isSoon && (ahead < -1000 || ahead > SOON))) continue;
    const isLate = ahead < 1000 && element.dataset.awaited !== undefined;
    const words = isLate ? gettext("in a moment") : relativeTime(at, now);
    if (element.textContent !== words) element.textContent = words;
    if (!element.title) element.title = exactTime(at);
  }
}

/** The server writes dates in the browser's zone for who has not chosen another. */
function tellZone(): void {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const secure = location.protocol === "https:" ? "; Secure" : "";
  if (zone && !document.cookie.includes(`zone=${zone}`))
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser that we serve.
    document.cookie = `zone=${zone}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
}

export function startTimes(): void {
  tellZone();
  paintTimes();
  setInterval(paintTimes, 30_000);
  setInterval(() => document.hidden || paintTimes(document, true), 1000);
  for (const moment of ["htmx:afterSwap", "htmx:afterSettle"])
    document.addEventListener(moment, () => paintTimes());
}
