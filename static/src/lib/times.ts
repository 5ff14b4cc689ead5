/** Shows every `<time datetime>` relative to now, with the exact time on hover, and keeps it true while time passes. */

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

export function relativeTime(at: Date, now: Date, locale = "en"): string {
  const seconds = Math.round((at.getTime() - now.getTime()) / 1000);
  const format = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
  for (const [unit, length] of STEPS)
    if (Math.abs(seconds) >= length) return format.format(Math.trunc(seconds / length), unit);
  return Math.abs(seconds) < 10 ? "just now" : format.format(seconds, "second");
}

export function exactTime(at: Date, locale = "en"): string {
  return at.toLocaleString(locale, { dateStyle: "medium", timeStyle: "long" });
}

export function paintTimes(root: ParentNode = document): void {
  const now = new Date();
  const locale = document.documentElement.lang || "en";
  for (const element of root.querySelectorAll<HTMLTimeElement>("time[datetime]:not([data-exact])")) {
    const at = new Date(element.dateTime);
    if (Number.isNaN(at.getTime())) continue;
    const words = relativeTime(at, now, locale);
    if (element.textContent !== words) element.textContent = words;
    if (!element.title) element.title = exactTime(at, locale);
  }
}

export function startTimes(): void {
  paintTimes();
  setInterval(paintTimes, 30_000);
  document.addEventListener("htmx:afterSettle", () => paintTimes());
}
