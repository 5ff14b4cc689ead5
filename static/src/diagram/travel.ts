/** Moves a dot along flows, one after another in a unit of work, and not at all where motion is unwanted. */
import type Canvas from "diagram-js/lib/core/Canvas";
import { prefersReducedMotion } from "../lib/dom";

interface Point {
  x: number;
  y: number;
}

/** Pixels in a millisecond, held to between 120 and 700 ms for one flow. */
const SPEED = 0.6;
const SVG = "http://www.w3.org/2000/svg";

export class Travel {
  private readonly layer: SVGElement;

  constructor(viewer: { get<T>(name: string): T }) {
    this.layer = viewer.get<Canvas>("canvas").getLayer("tokens", 1000);
  }

  async along(waypoints: Point[]): Promise<void> {
    const [first] = waypoints;
    if (!first || waypoints.length < 2 || prefersReducedMotion() || document.hidden) return;
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", waypoints.map(({ x, y }, index) => `${index ? "L" : "M"}${x} ${y}`).join(" "));
    const dot = document.createElementNS(SVG, "circle");
    dot.setAttribute("class", "travelling-token");
    dot.setAttribute("r", "7");
    this.layer.append(dot);
    const length = path.getTotalLength();
    const duration = Math.min(Math.max(length / SPEED, 120), 700);
    const start = performance.now();
    await new Promise<void>((resolve) => {
      const step = (now: number) => {
        const share = Math.min((now - start) / duration, 1);
        const { x, y } = path.getPointAtLength(share * length);
        dot.setAttribute("transform", `translate(${x} ${y})`);
        if (share < 1) requestAnimationFrame(step);
        else resolve();
      };
      requestAnimationFrame(step);
    });
    dot.remove();
  }
}
