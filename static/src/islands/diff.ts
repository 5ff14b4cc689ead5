/** Two versions side by side; the server computed what changed, this marks it on both diagrams. */
import type Canvas from "diagram-js/lib/core/Canvas";
import type ElementRegistry from "diagram-js/lib/core/ElementRegistry";
import { openViewer } from "../diagram/viewer";
import { h, readProps } from "../lib/dom";

interface Change {
  node: string;
  kind: "added" | "removed" | "changed" | "moved";
  /** What changed, in words. */
  detail: string;
}

interface DiffProps {
  before: { label: string; xml: string };
  after: { label: string; xml: string };
  changes: Change[];
}

export async function mount(root: HTMLElement): Promise<void> {
  const { before, after, changes } = readProps<DiffProps>(root);
  const frame = h("div", { class: "diff-sides" });
  root.append(frame);
  const sides = await Promise.all([before, after].map((side) => openSide(frame, side, changes)));
  // Moving one diagram moves the other, so that both show the same place.
  const [left, right] = sides;
  if (!left || !right) return;
  let isFollowing = false;
  const follow = (from: typeof left, to: typeof left) =>
    from.on(
      "canvas.viewbox.changed",
      ({ viewbox }: { viewbox: { x: number; y: number; width: number; height: number } }) => {
        if (isFollowing) return;
        isFollowing = true;
        const { x, y, width, height } = viewbox;
        to.get<Canvas>("canvas").viewbox({ x, y, width, height });
        isFollowing = false;
      },
    );
  follow(left, right);
  follow(right, left);
}

async function openSide(frame: HTMLElement, side: DiffProps["before"], changes: Change[]) {
  const space = h("div", { class: "diff-space" });
  const figure = h(
    "figure",
    { class: "diff-side" },
    h("figcaption", { class: "label-caps p-2" }, side.label),
    space,
  );
  frame.append(figure);
  const viewer = await openViewer(space, side.xml);
  const canvas = viewer.get<Canvas>("canvas");
  const registry = viewer.get<ElementRegistry>("elementRegistry");
  for (const { node, kind } of changes) if (registry.get(node)) canvas.addMarker(node, `is-${kind}`);
  return viewer;
}
