/** Diagrams, forms and decisions in and out of files: chosen, dropped, pasted, downloaded. */

import { svgToImage } from "@bpmn-io/svg-to-image";
import { isWellFormed } from "../diagram/viewer";
import { gettext, ngettext } from "../lib/gettext";
import { describe, Problem, put } from "../lib/http";
import { toast } from "../lib/toast";
import type { Bench, NamedFile } from "./bench";
import type { DrawingTool } from "./modeler";

export type ExportFormat = "bpmn" | "svg" | "png";
type Kind = "diagram" | "decision" | "form";

export async function exportAs({ tool, props }: Bench, format: ExportFormat): Promise<void> {
  if (format === "bpmn") {
    const { xml } = await tool.saveXML({ format: true });
    return download(new Blob([xml ?? ""], { type: "application/xml" }), `${props.key}.bpmn`);
  }
  const { svg } = await tool.saveSVG();
  if (format === "svg") return download(new Blob([svg], { type: "image/svg+xml" }), `${props.key}.svg`);
  download(await svgToImage(svg, { imageType: "png", outputFormat: "blob" }), `${props.key}.png`);
}

export function download(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** What a text is, by what stands in it and not by its name; null for what the designer has no use for. */
export function kindOfText(content: string): Kind | null {
  const text = content.replace(/^\uFEFF/, "").trimStart();
  if (text.startsWith("{")) return isForm(text) ? "form" : null;
  if (!text.startsWith("<")) return null;
  if (/\/DMN\/|dmn\.xsd/i.test(text.slice(0, 4000))) return "decision";
  return text.includes("/BPMN/") ? "diagram" : null;
}

function isForm(text: string): boolean {
  try {
    return Array.isArray((JSON.parse(text) as { components?: unknown }).components);
  } catch {
    return false;
  }
}

/** The first diagram comes onto the canvas, others become drafts of their own; forms and decisions join this draft. */
export async function importFiles(bench: Bench, files: readonly NamedFile[]): Promise<void> {
  const unread = files.filter(({ content }) => kindOfText(content) === null);
  for (const { name } of unread)
    toast(
      gettext("%(name)s is neither a BPMN diagram, nor a DMN decision, nor a form. Nothing was changed.", {
        name,
      }),
      {
        kind: "incident",
      },
    );
  const diagrams = files.filter(({ content }) => kindOfText(content) === "diagram");
  const others = files.filter((file) => !unread.includes(file) && !diagrams.includes(file));
  for (const { name, content } of others) {
    const ending = kindOfText(content) === "form" ? ".form" : ".dmn";
    bench.files.write(`${name.replace(/\.(form|json|dmn|xml|dmn\.xml)$/i, "")}${ending}`, content);
  }
  if (others.length > 0)
    toast(
      ngettext(
        "%(names)s belongs to this process now.",
        "%(names)s belong to this process now.",
        others.length,
        { names: list(others) },
      ),
      { kind: "done" },
    );
  const [first, ...more] = diagrams;
  if (first) await importDiagram(bench, first);
  for (const diagram of more) await importAsDraft(bench, diagram);
}

const list = (files: readonly NamedFile[]): string => files.map(({ name }) => name).join(", ");

async function importDiagram(bench: Bench, { name, content }: NamedFile): Promise<void> {
  const before = await bench.readXml();
  if (!isWellFormed(content)) return refuse(name);
  const reopen = async (xml: string) => {
    await bench.open(xml);
    await bench.draft.change();
  };
  try {
    await reopen(content);
    toast(gettext("%(name)s is on the canvas.", { name }), {
      kind: "done",
      action: { label: gettext("Undo"), run: () => void reopen(before) },
    });
  } catch (error) {
    await bench.open(before);
    toast(
      gettext("%(name)s could not be read: %(error)s Your diagram is unchanged.", {
        name,
        error: describe(error),
      }),
      { kind: "incident" },
    );
  }
}

function refuse(name: string): void {
  toast(
    gettext("%(name)s is not well-formed XML: it ends early or was damaged. Nothing was changed.", { name }),
    {
      kind: "incident",
    },
  );
}

async function importAsDraft(bench: Bench, { name, content }: NamedFile): Promise<void> {
  if (!isWellFormed(content)) return refuse(name);
  const key = /<(?:[\w.-]+:)?process\b[^>]*?\bid="([^"]+)"/.exec(content)?.[1] ?? name.replace(/\.\w+$/, "");
  const url = bench.props.draft_url.replace(/[^/]+\/$/, `${encodeURIComponent(key)}/`);
  try {
    await put(url, { xml: content, revision: 0 });
    toast(gettext("%(name)s is a draft of its own.", { name }), {
      kind: "done",
      action: {
        label: gettext("Open it"),
        run: () => location.assign(location.pathname.replace(/[^/]+\/edit\/$/, `${key}/edit/`)),
      },
    });
  } catch (error) {
    const exists = error instanceof Problem && error.status === 409;
    toast(
      exists
        ? gettext("There is a draft “%(key)s” already; open it and import %(name)s there.", { key, name })
        : `${name}: ${describe(error)}`,
      {
        kind: "incident",
      },
    );
  }
}

export const readFiles = (files: Iterable<File>): Promise<NamedFile[]> =>
  Promise.all([...files].map(async (file) => ({ name: file.name, content: await file.text() })));

/** Lets files be dropped on an area; the area carries `is-drop-target` while some hover. */
export function acceptDrops(area: HTMLElement, take: (files: NamedFile[]) => void): void {
  const hasFile = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
  area.addEventListener("dragover", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    area.classList.add("is-drop-target");
  });
  area.addEventListener("dragleave", () => area.classList.remove("is-drop-target"));
  area.addEventListener("drop", (event) => {
    if (!hasFile(event)) return;
    event.preventDefault();
    area.classList.remove("is-drop-target");
    void readFiles(event.dataTransfer?.files ?? []).then(take);
  });
}

/** A pasted diagram, decision or form is taken as a file; what is pasted into a field is left to the field. */
export function acceptPastes(tool: DrawingTool, take: (files: NamedFile[]) => void): void {
  const endings: Record<Kind, string> = { diagram: "bpmn", decision: "dmn", form: "form" };
  const takeText = (content: string): boolean => {
    const kind = kindOfText(content);
    if (kind) take([{ name: `pasted.${endings[kind]}`, content }]);
    return kind !== null;
  };
  document.addEventListener("paste", (event) => {
    const target = event.target as HTMLElement;
    if (target.isContentEditable || target.matches("input, textarea, [contenteditable]")) return;
    const files = event.clipboardData?.files ?? [];
    if (files.length > 0) {
      event.preventDefault();
      void readFiles(files).then(take);
    } else if (takeText(event.clipboardData?.getData("text/plain") ?? "")) event.preventDefault();
  });
  // The canvas has the focus: its own paste is for elements, and the browser then sends no event.
  tool.on("copyPaste.pasteElements", 2100, (context: { tree?: object }) => {
    if (!context.tree) void navigator.clipboard?.readText().then(takeText, () => false);
  });
}
