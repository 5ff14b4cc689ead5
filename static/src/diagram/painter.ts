/** Paints states onto a diagram: marker classes on nodes and flows, badges with counts and incidents. */

import type Canvas from "diagram-js/lib/core/Canvas";
import type ElementRegistry from "diagram-js/lib/core/ElementRegistry";
import type Overlays from "diagram-js/lib/features/overlays/Overlays";
import type { ElementLike } from "diagram-js/lib/model/Types";
import { h, icon } from "../lib/dom";
import { gettext, ngettext } from "../lib/gettext";
import type { Attempt, InstanceHistory } from "./history";

/** Events and gateways are as wide as this. */
const SMALL = 50;
const MARKERS = ["is-done", "is-interrupted", "is-active", "is-incident", "is-taken", "is-resting"];

/** Of instances that a step has called. */
export const tellStanding = (count: number): string =>
  ngettext("%(count)s called instance stands still", "%(count)s called instances stand still", count);

export class Painter {
  private readonly canvas: Canvas;
  private readonly registry: ElementRegistry;
  private readonly overlays: Overlays;

  constructor(viewer: { get<T>(name: string): T }) {
    this.canvas = viewer.get<Canvas>("canvas");
    this.registry = viewer.get<ElementRegistry>("elementRegistry");
    this.overlays = viewer.get<Overlays>("overlays");
  }

  /** The name a person knows a node by. */
  nameOf(node: string): string {
    const name: unknown = this.registry.get(node)?.businessObject?.name;
    return typeof name === "string" && name.trim() ? name.replace(/\s+/g, " ") : node;
  }

  has(node: string): boolean {
    return this.registry.get(node) !== undefined;
  }

  waypointsOf(flow: string): { x: number; y: number }[] {
    return (
      (this.registry.get(flow) as { waypoints?: { x: number; y: number }[] } | undefined)?.waypoints ?? []
    );
  }

  paint(history: InstanceHistory): void {
    this.overlays.remove({ type: "state" });
    const occupied = history.occupied();
    const failed = new Map(history.incidents.map((incident) => [incident.node, incident]));
    const attempts = new Map(history.attempts.map((attempt) => [attempt.node, attempt]));
    this.registry.forEach((element: ElementLike) => {
      const { id } = element;
      const attempt = attempts.get(id);
      const count = history.counts.get(id) ?? 0;
      const tokens = occupied.get(id) ?? 0;
      const isFailed = failed.has(id) || (attempt?.standing ?? 0) > 0;
      this.mark(id, "is-active", tokens > 0 && !isFailed);
      const isOver = count > 0 && tokens === 0 && !isFailed;
      this.mark(id, "is-done", isOver && !history.interrupted.has(id));
      this.mark(id, "is-interrupted", isOver && history.interrupted.has(id));
      this.mark(id, "is-incident", isFailed);
      this.mark(id, "is-taken", history.flows.has(id));
      this.mark(id, "is-resting", attempt?.rests_until != null);
      if (element.id.endsWith("_label") || "waypoints" in element) return;
      // Names of events and gateways stand below them.
      const isSmall = (element.width ?? 0) <= SMALL;
      if (tokens > 0)
        this.badge(
          id,
          isSmall ? { top: -10, left: -10 } : { bottom: 10, left: -10 },
          "token-badge",
          String(tokens),
          ngettext("%(count)s waiting here", "%(count)s waiting here", tokens),
        );
      if (count > 1)
        this.badge(
          id,
          isSmall && !failed.has(id) ? { top: -10, right: 10 } : { bottom: 10, right: 14 },
          "count-badge",
          `×${count}`,
          ngettext("entered %(count)s time", "entered %(count)s times", count),
        );
      const incident = failed.get(id);
      if (incident)
        this.badge(
          id,
          { top: -10, right: 10 },
          "incident-badge",
          incident.count ? String(incident.count) : "",
          incident.message,
        );
      if (attempt) this.showAttempt(attempt);
    });
  }

  clear(): void {
    this.overlays.remove({ type: "state" });
    this.registry.forEach((element: ElementLike) => {
      for (const marker of MARKERS) this.mark(element.id, marker, false);
    });
  }

  /** A job that has failed and is tried again, beside it that its kind rests, and what is called and stands still. */
  private showAttempt({ node, failed, rests_until, standing }: Attempt): void {
    if (standing > 0)
      this.badge(node, { top: -10, right: 10 }, "incident-badge", String(standing), tellStanding(standing));
    if (failed > 0)
      this.badge(
        node,
        { top: -10, left: -10 },
        "attempt-badge",
        String(failed),
        ngettext("%(count)s failed, tried again", "%(count)s failed, tried again", failed),
      );
    if (rests_until !== null)
      this.badge(
        node,
        { top: -10, left: failed > 0 ? 14 : -10 },
        "rest-badge",
        icon("pause"),
        gettext("Waits: the breaker of its service is open"),
      );
  }

  /** A word at the upper right of a node. */
  note(id: string, text: string, title: string): void {
    this.badge(id, { top: -12, right: 16 }, "count-badge", text, title);
  }

  /** What the drawing leaves out cannot be marked. */
  mark(id: string, marker: string, isSet: boolean): void {
    if (!this.has(id)) return;
    if (isSet) this.canvas.addMarker(id, marker);
    else this.canvas.removeMarker(id, marker);
  }

  private badge(id: string, position: object, kind: string, content: string | Node, title: string): void {
    const html = h("div", { class: `badge-on-node ${kind}`, title }, content || icon("incident"));
    this.overlays.add(id, "state", { position, html } as Parameters<Overlays["add"]>[2]);
  }
}
