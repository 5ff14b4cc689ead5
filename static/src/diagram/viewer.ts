/** A read-only diagram that can be moved and zoomed, fitted to its space; without layout it gets one. */
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import type Canvas from "diagram-js/lib/core/Canvas";
import zeebe from "zeebe-bpmn-moddle/resources/zeebe.json";
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import "../styles/diagram.css";
import { exportPlainColours, RENDERER_COLOURS } from "./colours";

export async function openViewer(container: HTMLElement, xml: string): Promise<NavigatedViewer> {
  const viewer = new NavigatedViewer({
    container,
    bpmnRenderer: RENDERER_COLOURS,
    moddleExtensions: { zeebe },
  });
  exportPlainColours(viewer);
  await viewer.importXML(await withLayout(xml));
  fitToSpace(viewer);
  new ResizeObserver(() => viewer.get<Canvas>("canvas").resized()).observe(container);
  return viewer;
}

/** The whole diagram, but never larger than drawn. */
export function fitToSpace(viewer: { get<T>(name: string): T }): void {
  const canvas = viewer.get<{ zoom(level?: number | "fit-viewport", center?: "auto"): number }>("canvas");
  canvas.zoom("fit-viewport", "auto");
  const fitted = canvas.zoom();
  // A margin around, because labels and badges reach beyond the shapes.
  canvas.zoom(fitted < 1 ? fitted * 0.92 : 1, "auto");
}

export async function withLayout(xml: string): Promise<string> {
  if (/<(\w+:)?BPMNShape\b/.test(xml)) return xml;
  const { layoutProcess } = await import("bpmn-auto-layout");
  return layoutProcess(xml);
}
