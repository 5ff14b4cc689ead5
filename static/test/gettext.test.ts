// @vitest-environment node
import { readdirSync, readFileSync } from "node:fs";
import { afterEach, expect, test, vi } from "vitest";
import { findMessages, findSpoken } from "./support/spoken";

const SOURCES = new URL("../src/", import.meta.url);

/** What is in English on purpose, with the reason. */
const ENGLISH: Record<string, string> = {
  "There is no island “…”.": "a template is wrong: for whoever writes it",
  "The island “…” has no properties.": "a template is wrong",
  "The designer's frame has no part “…”.": "a template is wrong",
  "The comparison's frame has no sides.": "a template is wrong",
  "// This part has no FEEL text. It is kept as it is, unless something is written here.": "stands in a file",
  "and or not if then else for return some every satisfies in between function null true false instance of":
    "words of FEEL",
  'if told != null and number(string(told)) = told then replace(string(told), "[.]", “…”) else told': "FEEL",
  Number: "a type of FEEL",
  Boolean: "a type of FEEL",
  Date: "a type of FEEL",
  Problem: "a media type's member",
};

const isFile = (text: string): boolean => text.startsWith("<?xml");

const FILES = (readdirSync(SOURCES, { recursive: true }) as string[]).filter((name) => /\.tsx?$/.test(name));
const read = (name: string): string => readFileSync(new URL(name, SOURCES), "utf-8");

test("every text that people see goes through gettext", () => {
  expect(FILES.length).toBeGreaterThan(100);
  const untranslated = FILES.flatMap((name) =>
    findSpoken(read(name), name)
      .filter(({ text }) => !isFile(text) && !(text.replace(/"…"/, "“…”") in ENGLISH))
      .map(({ line, text }) => `${name}:${line}: ${text}`),
  );
  expect(untranslated).toEqual([]);
});

test("catalogues know every text: `manage.py makemessages -d djangojs -a -e ts,tsx` finds new ones", () => {
  const places = new URL("../../locale/", import.meta.url);
  const said = new Set(FILES.flatMap((name) => findMessages(read(name), name)));
  expect(said.size).toBeGreaterThan(400);
  for (const language of readdirSync(places)) {
    const catalogue = readFileSync(new URL(`${language}/LC_MESSAGES/djangojs.po`, places), "utf-8");
    const known = new Set(
      [...catalogue.matchAll(/^msgid (".*")$/gm)].map(([, text = ""]) => JSON.parse(text)),
    );
    expect([...said].filter((text) => !known.has(text))).toEqual([]);
  }
});

test.each([
  ['toast("Nothing was lost.")', "Nothing was lost."],
  [`h("p", {}, \`\${count} steps are left\`)`, "… steps are left"],
  ['const page = <Words look="good">It is fine</Words>', "It is fine"],
  ['h("td", {}, guard ? h("code", {}, guard) : "otherwise")', "otherwise"],
  ['throw new Error("The draft is gone.")', "The draft is gone."],
  [`gettext(\`Saved \${name}\`)`, "Saved …"],
])("%s has a text that is not translated", (source, text) => {
  expect(findSpoken(source, "one.tsx").map((found) => found.text)).toEqual([text]);
});

test.each([
  'toast(gettext("Nothing was lost."))',
  'h("div", { class: "btn btn-sm" }, "")',
  'ngettext("%(count)s step", "%(count)s steps", 2)',
  'root.querySelector("[data-part] > .row")',
  'addShortcut({ keys: "Mod+Shift+l" })',
])("%s has none", (source) => {
  expect(findSpoken(source, "one.tsx")).toEqual([]);
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

async function speaking(lang: string, catalogue: object) {
  vi.stubGlobal("document", {
    documentElement: { lang },
    getElementById: () => ({ textContent: JSON.stringify(catalogue) }),
  });
  return import("../src/lib/gettext");
}

test("numbers choose the form that the language has for them", async () => {
  const forms = ["%(count)s plik", "%(count)s pliki", "%(count)s plików"];
  const { ngettext } = await speaking("pl", { "%(count)s file": forms });
  const say = (count: number) => ngettext("%(count)s file", "%(count)s files", count);
  expect([1, 3, 5, 22, 25].map(say)).toEqual(["1 plik", "3 pliki", "5 plików", "22 pliki", "25 plików"]);
});

test("what the catalogue lacks is said in English, with its values", async () => {
  const { gettext, ngettext } = await speaking("de", { Undo: "Rückgängig" });
  expect(gettext("Undo")).toBe("Rückgängig");
  expect(gettext("%(name)s is new", { name: "%(name)s" })).toBe("%(name)s is new");
  expect([1, 2].map((count) => ngettext("%(count)s file", "%(count)s files", count))).toEqual([
    "1 file",
    "2 files",
  ]);
});
