/** Puts a new layout on the canvas as one step of undo: only places and sizes change, nothing of what is meant. */
import { type DrawnElement, isA, type Moddle } from "../extension/elements";
import type { DrawingTool } from "../modeler";

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}
type Point = { x: number; y: number };

export interface Layout {
  boxes: Map<string, Box>;
  lines: Map<string, Point[]>;
}

const BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI";
const COMMAND = "page.tidy";

/** Reads where a file draws its elements. */
export function readLayout(xml: string): Layout {
  const file = new DOMParser().parseFromString(xml, "application/xml");
  const number = (part: Element | null, name: string) => Number(part?.getAttribute(name) ?? 0);
  const boxes = new Map<string, Box>();
  const lines = new Map<string, Point[]>();
  for (const shape of file.getElementsByTagNameNS(BPMNDI, "BPMNShape")) {
    const bounds = [...shape.children].find(({ localName }) => localName === "Bounds") ?? null;
    boxes.set(shape.getAttribute("bpmnElement") ?? "", {
      x: number(bounds, "x"),
      y: number(bounds, "y"),
      width: number(bounds, "width"),
      height: number(bounds, "height"),
    });
  }
  for (const edge of file.getElementsByTagNameNS(BPMNDI, "BPMNEdge")) {
    const points = [...edge.children].filter(({ localName }) => localName === "waypoint");
    lines.set(
      edge.getAttribute("bpmnElement") ?? "",
      points.map((point) => ({ x: number(point, "x"), y: number(point, "y") })),
    );
  }
  return { boxes, lines };
}

/** Where one element is: a box, or the points of a line. */
type Place = { element: DrawnElement; box: Box } | { element: DrawnElement; points: Point[] };

/** The places of the layout for what is on the canvas; labels go with what they name. */
export function placesFor(layout: Layout, elements: readonly DrawnElement[]): Place[] {
  const places: Place[] = [];
  for (const element of elements) {
    if (element.labelTarget || !element.parent) continue;
    const box = layout.boxes.get(element.id);
    const points = layout.lines.get(element.id);
    if (element.waypoints && points && points.length > 1) {
      places.push({ element, points });
      for (const label of element.labels ?? [])
        places.push({ element: label, box: besideLine(label, points) });
    } else if (!element.waypoints && box) {
      const fitted = isCollapsed(element) ? centred(element, box) : box;
      places.push({ element, box: fitted });
      for (const label of element.labels ?? [])
        places.push({ element: label, box: belowBox(label, fitted, element) });
    }
  }
  return places;
}

/** A closed sub-process keeps its size: the layout has room for what is inside. */
const isCollapsed = (element: DrawnElement): boolean =>
  isA(element.businessObject, "bpmn:SubProcess") && element.di?.get("isExpanded") !== true;

const centred = (element: Box, box: Box): Box => ({
  x: Math.round(box.x + (box.width - element.width) / 2),
  y: Math.round(box.y + (box.height - element.height) / 2),
  width: element.width,
  height: element.height,
});

const belowBox = (label: Box, box: Box, element: DrawnElement): Box => ({
  // Beside the flow that leaves a boundary event downwards.
  x: Math.round(element.host ? box.x + box.width - 2 : box.x + box.width / 2 - label.width / 2),
  y: Math.round(box.y + box.height + (element.host ? -2 : 7)),
  width: label.width,
  height: label.height,
});

/** Above the first piece of the line that is long enough, as near to its beginning as it goes. */
function besideLine(label: Box, points: Point[]): Box {
  const pieces = points.slice(1).map((end, index) => [points[index] ?? end, end] as const);
  const [from, to] = pieces.find(([a, b]) => Math.abs(a.x - b.x) > 30) ?? pieces[0] ?? [points[0], points[0]];
  if (!from || !to) return label;
  const isLevel = Math.abs(from.y - to.y) < Math.abs(from.x - to.x);
  const x = isLevel ? Math.min(from.x, to.x) + 8 : from.x + 6;
  const y = isLevel ? from.y - label.height - 3 : (from.y + to.y) / 2 - label.height / 2;
  return { x: Math.round(x), y: Math.round(y), width: label.width, height: label.height };
}

const placeOf = (element: DrawnElement): Place =>
  element.waypoints
    ? { element, points: element.waypoints.map(({ x, y }) => ({ x, y })) }
    : { element, box: { x: element.x, y: element.y, width: element.width, height: element.height } };

interface Factory {
  createDiBounds(bounds: Box): Moddle;
  createDiWaypoints(points: Point[]): Moddle[];
  createDiLabel(): Moddle;
}

interface Writable {
  set(name: string, value: unknown): void;
}

interface Context {
  places: Place[];
  before?: Place[];
}

class TidyHandler {
  static readonly $inject = ["bpmnFactory", "modeling"];

  constructor(
    private readonly factory: Factory,
    private readonly modeling: { layoutConnection(connection: DrawnElement): void },
  ) {}

  execute(context: Context): DrawnElement[] {
    context.before ??= context.places.map(({ element }) => placeOf(element));
    return this.put(context.places);
  }

  revert(context: Context): DrawnElement[] {
    return this.put(context.before ?? []);
  }

  /** Lines that end at a closed sub-process were drawn to the border of the open one. */
  postExecute({ places }: Context): void {
    for (const place of places)
      if (
        "points" in place &&
        [place.element.source, place.element.target].some((end) => end && isCollapsed(end))
      )
        this.modeling.layoutConnection(place.element);
  }

  private put(places: Place[]): DrawnElement[] {
    for (const place of places) {
      const { element } = place;
      const di = element.di as (Moddle & Writable) | undefined;
      if ("points" in place) {
        element.waypoints = place.points.map((point) => ({ ...point }));
        const drawn = this.factory.createDiWaypoints(place.points);
        for (const point of drawn) Object.assign(point, { $parent: di });
        di?.set("waypoint", drawn);
        continue;
      }
      Object.assign(element, place.box);
      const bounds = this.factory.createDiBounds(place.box);
      if (!element.labelTarget) this.own(di, "bounds", bounds);
      else {
        if (!di?.get("label")) this.own(di, "label", this.factory.createDiLabel());
        this.own(di?.get("label") as (Moddle & Writable) | undefined, "bounds", bounds);
      }
    }
    return places.map(({ element }) => element);
  }

  private own(parent: (Moddle & Writable) | undefined, name: string, part: Moddle): void {
    if (!parent) return;
    Object.assign(part, { $parent: parent });
    parent.set(name, part);
  }
}

interface CommandStack {
  execute(command: string, context: Context): void;
  registerHandler(command: string, handler: unknown): void;
}

class Tidy {
  static readonly $inject = ["commandStack", "elementRegistry"];

  constructor(
    private readonly stack: CommandStack,
    private readonly registry: { getAll(): DrawnElement[] },
  ) {
    stack.registerHandler(COMMAND, TidyHandler);
  }

  /** How many elements found a new place. */
  run(layout: Layout): number {
    const places = placesFor(layout, this.registry.getAll());
    if (places.length > 0) this.stack.execute(COMMAND, { places });
    return places.length;
  }
}

export const applyLayout = (tool: DrawingTool, xml: string): number =>
  tool.get<Tidy>("tidy").run(readLayout(xml));

export const tidyModule = { __init__: ["tidy"], tidy: ["type", Tidy] };
