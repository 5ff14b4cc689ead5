// @vitest-environment node
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";

/** What a page downloads, from the build's own manifest: run `npm run build` first. */
interface Chunk {
  file: string;
  imports?: string[];
}
const dist = new URL("../dist/", import.meta.url);
const manifest: Record<string, Chunk> = JSON.parse(readFileSync(new URL("manifest.json", dist), "utf-8"));

function scriptsOf(source: string, found = new Set<string>()): Set<string> {
  const chunk = manifest[source];
  if (!chunk) throw new Error(`The build has no ${source}.`);
  if (found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const imported of chunk.imports ?? []) scriptsOf(imported, found);
  return found;
}

function kilobytes(source: string): number {
  const files = new Set([...scriptsOf("src/main.ts"), ...scriptsOf(source)]);
  return [...files].reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, dist))).length, 0) / 1024;
}

test.each([
  ["src/main.ts", 40],
  ["src/islands/instance.ts", 130],
  ["src/islands/form.ts", 220],
  ["src/islands/designer.ts", 800],
])("a page with %s loads less than %d KB of compressed script", (source, limit) => {
  expect(kilobytes(source)).toBeLessThan(limit);
});

test("only the designer's page loads the drawing tool", () => {
  const drawing = manifest["src/islands/designer.ts"]?.file ?? "";
  for (const source of ["src/main.ts", "src/islands/instance.ts", "src/islands/form.ts"])
    expect(scriptsOf(source)).not.toContain(drawing);
});

test("no style of the whole page depends on what is somewhere in it, which a large diagram pays for at each change", () => {
  const assets = new URL("assets/", dist);
  const styles = readdirSync(assets).filter((name) => name.endsWith(".css"));
  expect(styles.length).toBeGreaterThan(0);
  for (const name of styles)
    expect(readFileSync(new URL(name, assets), "utf-8")).not.toMatch(
      /(^|[\s,{}>(])(:root|html|body)[^\s,{>]*:has\(/,
    );
});
