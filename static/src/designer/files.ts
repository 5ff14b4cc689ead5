/** Diagrams in and out of files: chosen, dropped, downloaded as BPMN, SVG or PNG. */
import { svgToImage } from "@bpmn-io/svg-to-image";
import type { DrawingTool } from "./modeler";

export type ExportFormat = "bpmn" | "svg" | "png";

export async function exportAs(tool: DrawingTool, format: ExportFormat, name: string): Promise<void> {
  if (format === "bpmn") {
    const { xml } = await tool.saveXML({ format: true });
    return download(new Blob([xml ?? ""], { type: "application/xml" }), `${name}.bpmn`);
  }
  const { svg } = await tool.saveSVG();
  if (format === "svg") return download(new Blob([svg], { type: "image/svg+xml" }), `${name}.svg`);
  download(await svgToImage(svg, { imageType: "png", outputFormat: "blob" }), `${name}.png`);
}

function download(content: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Lets files be dropped on an area; the area carries `is-drop-target` while one hovers. */
export function acceptDrops(area: HTMLElement, take: (file: File) => void): void {
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
    const [file] = event.dataTransfer?.files ?? [];
    if (file) take(file);
  });
}
