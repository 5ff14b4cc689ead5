/** Two states of a process side by side; the server computed what changed, this marks it on both diagrams. */
import type Canvas from "diagram-js/lib/core/Canvas";
import type ElementRegistry from "diagram-js/lib/core/ElementRegistry";
import { openViewer } from "../diagram/viewer";
import { h, readProps } from "../lib/dom";
import "../styles/compare.css";

interface Mark {
  node: string;
  kind: "added" | "removed" | "changed" | "moved";
}

interface DiffProps {
  before: { label: string; xml: string };
  after: { label: string; xml: string };
  changes: Mark[];
}

type Viewer = Awaited<ReturnType<typeof openViewer>>;

export async function mount(root: HTMLElement): Promise<void> {
  const { before, after, changes } = readProps<DiffProps>(root);
  const frame = root.querySelector<HTMLElement>("[data-part=sides]");
  if (!frame) throw new Error("The comparison's frame has no sides.");
  frame.replaceChildren();
  const sides = await Promise.all([before, after].map((side) => openSide(frame, side, changes)));
  follow(sides);
  root.addEventListener("click", (event) => {
    const node = (event.target as Element).closest<HTMLElement>("[data-node]")?.dataset.node;
    if (node) for (const viewer of sides) pointAt(viewer, node);
  });
}

/** Moving one diagram moves the other, so that both show the same place. */
function follow(sides: Viewer[]): void {
  let isFollowing = false;
  for (const from of sides)
    from.on(
      "canvas.viewbox.changed",
      ({ viewbox }: { viewbox: { x: number; y: number; width: number; height: number } }) => {
        if (isFollowing) return;
        isFollowing = true;
        const { x, y, width, height } = viewbox;
        for (const to of sides) if (to !== from) to.get<Canvas>("canvas").viewbox({ x, y, width, height });
        isFollowing = false;
      },
    );
}

function pointAt(viewer: Viewer, node: string): void {
  const canvas = viewer.get<Canvas>("canvas");
  const registry = viewer.get<ElementRegistry>("elementRegistry");
  for (const { id } of registry.getAll()) canvas.removeMarker(id, "is-pointed");
  if (!registry.get(node)) return;
  canvas.scrollToElement(node, 80);
  canvas.addMarker(node, "is-pointed");
}

async function openSide(frame: HTMLElement, side: DiffProps["before"], changes: Mark[]): Promise<Viewer> {
  const space = h("div", { class: "diff-space" });
  frame.append(
    h("figure", { class: "diff-side" }, h("figcaption", { class: "label-caps p-2" }, side.label), space),
  );
  const viewer = await openViewer(space, side.xml);
  const canvas = viewer.get<Canvas>("canvas");
  const registry = viewer.get<ElementRegistry>("elementRegistry");
  for (const { node, kind } of changes) if (registry.get(node)) canvas.addMarker(node, `is-${kind}`);
  return viewer;
}
