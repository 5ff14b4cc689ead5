/** The calendar of the form library's date fields in the person's language, and dates in it as their region writes them. */
import flatpickr from "flatpickr";
import type { Instance } from "flatpickr/dist/types/instance";
import { region } from "../lib/formats";

const PARTS: Record<string, [format: string, words: string]> = {
  day: ["d", "dd"],
  month: ["m", "mm"],
  year: ["Y", "yyyy"],
};

/** The order and signs of a date, as the calendar reads them and as a person does. */
export function dateFormat(locale = region()): { format: string; words: string } {
  const parts = new Intl.DateTimeFormat(locale, {
    calendar: "gregory",
    numberingSystem: "latn",
  }).formatToParts(new Date(2020, 10, 25));
  const write = (at: 0 | 1) => parts.map(({ type, value }) => PARTS[type]?.[at] ?? value).join("");
  return { format: write(0), words: write(1) };
}

function names(locale: string, what: "weekday" | "month", length: "short" | "long"): string[] {
  const format = new Intl.DateTimeFormat(locale, { [what]: length, timeZone: "UTC" });
  const [count, day] = what === "month" ? [12, (at: number) => Date.UTC(2023, at, 15)] : [7, weekday];
  return Array.from({ length: count }, (_, at) => format.format(new Date(day(at))));
}

/** The first of January 2023 was a Sunday. */
const weekday = (at: number) => Date.UTC(2023, 0, at + 1);

/** Monday is 1, Sunday 7; not every browser knows, and not every library of types. */
function firstDay(locale: string): number {
  const about = new Intl.Locale(locale) as Intl.Locale & {
    getWeekInfo?(): { firstDay: number };
    weekInfo?: { firstDay: number };
  };
  return (about.getWeekInfo?.() ?? about.weekInfo)?.firstDay ?? 1;
}

/** Holds for every calendar from now on. */
export function tellCalendars(): void {
  const language = document.documentElement.lang || "en";
  flatpickr.localize({
    weekdays: {
      shorthand: names(language, "weekday", "short"),
      longhand: names(language, "weekday", "long"),
    },
    months: { shorthand: names(language, "month", "short"), longhand: names(language, "month", "long") },
    firstDayOfWeek: firstDay(region()) % 7,
  } as Parameters<typeof flatpickr.localize>[0]);
  const { format, words } = dateFormat();
  flatpickr.setDefaults({
    // The form library names a format of its own for each field, the browser's: ours takes its place.
    onReady: (_dates: Date[], _text: string, calendar: Instance) => {
      calendar.set("dateFormat", format);
      calendar.input.placeholder = words;
    },
  });
}
