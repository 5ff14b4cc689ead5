/** Names stay readable on shapes with a colour of their own, whatever the page's theme: dark on light, light on dark. */
import type { DrawnElement } from "../extension/elements";

interface EventBus {
  on(event: string | string[], priority: number, handler: (event: Drawn) => void): void;
}

interface Drawn {
  element: DrawnElement;
  gfx: SVGElement;
}

const MARKERS = ["has-light-fill", "has-dark-fill"];

/** Relative brightness of `#rrggbb`, 0 to 1; null for what is no such colour. */
export function brightnessOf(colour: string): number | null {
  const parts = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour);
  if (!parts) return null;
  const [red = 0, green = 0, blue = 0] = parts.slice(1).map((part) => Number.parseInt(part, 16) / 255);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

class OwnColours {
  static readonly $inject = ["eventBus"];

  constructor(eventBus: EventBus) {
    // After the shape was drawn.
    eventBus.on(["shape.added", "shape.changed"], 100, ({ element, gfx }) => {
      const fill = element.labelTarget ? undefined : element.di?.get("background-color");
      const brightness = typeof fill === "string" ? brightnessOf(fill) : null;
      for (const marker of MARKERS) gfx.classList.remove(marker);
      if (brightness !== null) gfx.classList.add(brightness > 0.5 ? "has-light-fill" : "has-dark-fill");
    });
  }
}

export const ownColoursModule = { __init__: ["ownColours"], ownColours: ["type", OwnColours] };
