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
  keepFitted(viewer, container);
  return viewer;
}

/**
 * Fits the diagram, and again whenever its space changes, until a person looks at another part of it; from then on
 * the middle of what is looked at stays in the middle.
 */
export function keepFitted(viewer: { get<T>(name: string): T }, container: HTMLElement): void {
  const canvas = viewer.get<Canvas>("canvas");
  const showAll = () => {
    fitToSpace(viewer);
    return canvas.viewbox();
  };
  let fitted = showAll();
  new ResizeObserver(() => {
    const { x, y, width, height, scale } = canvas.viewbox();
    const isMoved = [x - fitted.x, y - fitted.y, (scale - fitted.scale) * fitted.width].some(
      (by) => Math.abs(by) > 1,
    );
    canvas.resized();
    if (!isMoved) {
      fitted = showAll();
      return;
    }
    const { outer, scale: kept } = canvas.viewbox();
    if (outer.width === 0 || outer.height === 0) return;
    const size = { width: outer.width / kept, height: outer.height / kept };
    canvas.viewbox({ ...size, x: x + (width - size.width) / 2, y: y + (height - size.height) / 2 });
  }).observe(container);
}

/** Of the space a part stays free as a margin, because labels and badges reach beyond the shapes. */
const FILLED = 0.92;

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** The whole diagram beside the palette, but never larger than drawn. */
export function fitToSpace(viewer: { get<T>(name: string): T }): void {
  const canvas = viewer.get<{
    viewbox(box?: Box): { inner: Box; outer: { width: number; height: number } };
    getContainer(): HTMLElement;
  }>("canvas");
  const container = canvas.getContainer();
  // Hidden, in a tab behind another: there is nothing to fit to until it is shown.
  if (container.clientWidth === 0) return;
  const { inner, outer } = canvas.viewbox();
  const palette = container.querySelector(".djs-palette")?.getBoundingClientRect();
  const taken = palette ? Math.max(0, palette.right - container.getBoundingClientRect().left) : 0;
  const width = outer.width - taken;
  const scale = Math.min(1, (width * FILLED) / inner.width, (outer.height * FILLED) / inner.height);
  canvas.viewbox({
    x: inner.x - (taken + (width - inner.width * scale) / 2) / scale,
    y: inner.y - (outer.height - inner.height * scale) / 2 / scale,
    width: outer.width / scale,
    height: outer.height / scale,
  });
}

export const isWellFormed = (xml: string): boolean =>
  new DOMParser().parseFromString(xml.trimStart(), "application/xml").querySelector("parsererror") === null;

export const hasDrawing = (xml: string): boolean => /<([\w.-]+:)?BPMNShape\b/.test(xml);

export async function withLayout(xml: string): Promise<string> {
  if (hasDrawing(xml)) return xml;
  const { layoutProcess } = await import("bpmn-auto-layout");
  return layoutProcess(withEnds(xml));
}

/** Steps name their flows where the file leaves that out, which it may: layout and lint rules follow these names alone. */
export function withEnds(xml: string): string {
  const BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL";
  const file = new DOMParser().parseFromString(xml, "application/xml");
  if (file.querySelector("parsererror")) return xml;
  let isChanged = false;
  const steps = new Map([...file.querySelectorAll("[id]")].map((step) => [step.getAttribute("id"), step]));
  for (const flow of file.getElementsByTagNameNS(BPMN, "sequenceFlow"))
    for (const [attribute, end] of [
      ["targetRef", "incoming"],
      ["sourceRef", "outgoing"],
    ] as const) {
      const step = steps.get(flow.getAttribute(attribute));
      const id = flow.getAttribute("id");
      if (!step || !id) continue;
      const known = [...step.children].filter(({ localName }) => localName === end);
      if (known.some(({ textContent }) => textContent?.trim() === id)) continue;
      const prefix = flow.prefix ? `${flow.prefix}:` : "";
      const name = file.createElementNS(BPMN, prefix + end);
      name.textContent = id;
      // Before what the step itself contains, after its documentation and extensions.
      const place = [...step.children].find(
        ({ localName }) => !["documentation", "extensionElements", "incoming"].includes(localName),
      );
      step.insertBefore(name, place ?? null);
      isChanged = true;
    }
  return isChanged ? new XMLSerializer().serializeToString(file) : xml;
}
