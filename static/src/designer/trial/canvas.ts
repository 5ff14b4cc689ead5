/** Shows a trial on the drawing: where tokens wait, how they moved, what is covered and what is not. */

import type ElementRegistry from "diagram-js/lib/core/ElementRegistry";
import type { ElementLike } from "diagram-js/lib/model/Types";
import { InstanceHistory } from "../../diagram/history";
import { Painter } from "../../diagram/painter";
import { Travel } from "../../diagram/travel";
import { gettext } from "../../lib/gettext";
import type { DrawingTool } from "../modeler";
import type { Coverage, Picture, Step } from "./model";

export class TrialCanvas {
  private readonly painter: Painter;
  private readonly travel: Travel;
  private readonly registry: ElementRegistry;
  private round = 0;

  constructor(tool: DrawingTool) {
    this.painter = new Painter(tool);
    this.travel = new Travel(tool);
    this.registry = tool.get<ElementRegistry>("elementRegistry");
  }

  paint(picture: Picture): void {
    this.markUncovered(null);
    this.painter.paint(
      new InstanceHistory({
        tokens: picture.runs.flatMap(({ status, tokens }) => (status === "active" ? tokens : [])),
        visited: Object.entries(picture.coverage.nodes).map(([node, count]) => ({ node, count })),
        flows: Object.keys(picture.coverage.flows),
        incidents: picture.runs.flatMap(({ incidents }) => incidents),
        sequence: 0,
        status: "active",
      }),
    );
  }

  /** Moves a dot along the flows of a step, before its end is painted. */
  async animate(step: Step | undefined): Promise<void> {
    const round = ++this.round;
    for (const [, what, , , flow] of step?.moves ?? []) {
      if (round !== this.round) return;
      if (what === "entered" && flow) await this.travel.along(this.painter.waypointsOf(flow));
    }
  }

  /** What no scenario has come to is drawn pale; null takes that back. */
  paintCoverage(coverage: Coverage): void {
    this.clear();
    for (const [node, count] of Object.entries(coverage.nodes))
      if (count > 0) this.painter.mark(node, "is-done", this.registry.get(node) !== undefined);
    for (const flow of Object.keys(coverage.flows))
      if (this.registry.get(flow)) this.painter.mark(flow, "is-taken", true);
    this.markUncovered(coverage);
  }

  clear(): void {
    this.round++;
    this.painter.clear();
    this.markUncovered(null);
  }

  /** The steps and flows that can be covered, and how many are. */
  measure(coverage: Coverage): { steps: [number, number]; flows: [number, number] } {
    const { nodes, flows } = this.coverable();
    const covered = (ids: string[], counts: Record<string, number>) =>
      ids.filter((id) => (counts[id] ?? 0) > 0).length;
    return {
      steps: [covered(nodes, coverage.nodes), nodes.length],
      flows: [covered(flows, coverage.flows), flows.length],
    };
  }

  nameOf(id: string): string {
    return this.painter.nameOf(id);
  }

  /** A flow without a name is told by where it leads. */
  nameOfFlow(id: string): string {
    const flow = this.registry.get(id) as { target?: { id: string } } | undefined;
    const name = this.painter.nameOf(id);
    return name !== id || !flow?.target
      ? name
      : gettext("to %(name)s", { name: this.painter.nameOf(flow.target.id) });
  }

  private coverable(): { nodes: string[]; flows: string[] } {
    const nodes: string[] = [];
    const flows: string[] = [];
    this.registry.forEach((element: ElementLike) => {
      const kinds = element.businessObject as { $instanceOf?(type: string): boolean } | undefined;
      if (element.id.endsWith("_label") || !kinds?.$instanceOf) return;
      if (kinds.$instanceOf("bpmn:FlowNode")) nodes.push(element.id);
      else if (kinds.$instanceOf("bpmn:SequenceFlow")) flows.push(element.id);
    });
    return { nodes, flows };
  }

  private markUncovered(coverage: Coverage | null): void {
    const { nodes, flows } = this.coverable();
    for (const id of nodes) this.painter.mark(id, "is-uncovered", coverage !== null && !coverage.nodes[id]);
    for (const id of flows) this.painter.mark(id, "is-uncovered", coverage !== null && !coverage.flows[id]);
  }
}
