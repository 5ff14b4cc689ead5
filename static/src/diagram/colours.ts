/**
 * The diagram's colours as CSS variables, so that a change of theme repaints it at once. An exported picture gets
 * plain colours, those of the light theme, because it is read outside of this page.
 */
import type BaseViewer from "bpmn-js/lib/BaseViewer";

export const RENDERER_COLOURS = {
  defaultFillColor: "var(--shape-fill)",
  defaultStrokeColor: "var(--shape-stroke)",
  defaultLabelColor: "var(--shape-label)",
};

const EXPORTED: Record<string, string> = {
  "--shape-fill": "#ffffff",
  "--shape-stroke": "#22242a",
  "--shape-label": "#22242a",
};

export function withPlainColours(svg: string): string {
  return svg.replace(/var\((--[\w-]+)\)/g, (whole, name: string) => EXPORTED[name] ?? whole);
}

/** Makes every way out of the diagram as a picture (file, clipboard, thumbnail) carry plain colours. */
export function exportPlainColours(viewer: BaseViewer): void {
  const saveSVG = viewer.saveSVG.bind(viewer);
  viewer.saveSVG = async () => ({ svg: withPlainColours((await saveSVG()).svg) });
}
