/** Marks the elements that have comments, with how many; a click opens them in the properties panel. */

import { h } from "../../lib/dom";
import { ngettext } from "../../lib/gettext";
import { readComments } from "../extension/comments";
import type { DrawnElement } from "../extension/elements";

interface Overlays {
  add(element: DrawnElement, type: string, overlay: object): string;
  remove(filter: { element?: DrawnElement; type: string }): void;
}

interface EventBus {
  on(event: string, handler: (event: { element?: DrawnElement; elements?: DrawnElement[] }) => void): void;
  fire(event: string, content: object): void;
}

const TYPE = "comments";

export class CommentBadges {
  static readonly $inject = ["eventBus", "overlays", "elementRegistry", "selection"];

  constructor(
    private readonly eventBus: EventBus,
    private readonly overlays: Overlays,
    registry: { forEach(take: (element: DrawnElement) => void): void },
    private readonly selection: { select(element: DrawnElement): void },
  ) {
    eventBus.on("import.done", () => registry.forEach((element) => void this.mark(element)));
    eventBus.on("elements.changed", ({ elements }) => {
      for (const element of elements ?? []) this.mark(element);
    });
  }

  private mark(element: DrawnElement): void {
    if (element.labelTarget || !element.parent) return;
    this.overlays.remove({ element, type: TYPE });
    const count = readComments(element).length;
    if (count === 0) return;
    const words = ngettext("%(count)s comment", "%(count)s comments", count);
    const open = () => {
      this.selection.select(element);
      this.eventBus.fire("propertiesPanel.showEntry", { id: "own-comments" });
    };
    const html = h(
      "button",
      { type: "button", class: "comment-badge", title: words, "aria-label": words, onclick: open },
      String(count),
    );
    const position = element.waypoints ? { top: -10, left: 0 } : { top: -10, right: 10 };
    this.overlays.add(element, TYPE, { position, html });
  }
}

export const commentBadgesModule = {
  __init__: ["commentBadges"],
  commentBadges: ["type", CommentBadges],
};
