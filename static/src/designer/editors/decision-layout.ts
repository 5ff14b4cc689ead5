/** Draws the requirement graph of a decision file that has no drawing: what is needed stands below what needs it. */

const DRAWN = "https://www.omg.org/spec/DMN/20191111/DMNDI/";
const DC = "http://www.omg.org/spec/DMN/20180521/DC/";
const DI = "http://www.omg.org/spec/DMN/20180521/DI/";
const WIDTH = 180;
const HEIGHTS: Record<string, number> = {
  decision: 80,
  inputData: 45,
  businessKnowledgeModel: 46,
  knowledgeSource: 63,
};
const REQUIREMENTS = ["informationRequirement", "knowledgeRequirement", "authorityRequirement"];
const GAP_X = 60;
const GAP_Y = 80;

interface Need {
  id: string;
  from: string;
  to: string;
}

export function withRequirementDrawing(xml: string): string {
  if (/<(?:[\w.-]+:)?DMNDiagram\b/.test(xml)) return xml;
  const file = new DOMParser().parseFromString(xml, "application/xml");
  const root = file.documentElement;
  if (file.querySelector("parsererror")) return xml;
  const nodes = [...root.children].filter(({ localName, id }) => localName in HEIGHTS && id);
  if (nodes.length === 0) return xml;
  const needs = nodes.flatMap((node) => needsOf(node));
  const places = arrange(nodes, needs);
  const make = (
    parent: Element,
    namespace: string,
    name: string,
    values: Record<string, string | number>,
  ) => {
    const part = file.createElementNS(namespace, name);
    for (const [key, value] of Object.entries(values)) part.setAttribute(key, String(value));
    parent.append(part);
    return part;
  };
  const diagram = make(make(root, DRAWN, "dmndi:DMNDI", {}), DRAWN, "dmndi:DMNDiagram", { id: "Drawing" });
  for (const node of nodes) {
    const place = places.get(node.id);
    if (!place) continue;
    const shape = make(diagram, DRAWN, "dmndi:DMNShape", { id: `${node.id}_drawn`, dmnElementRef: node.id });
    make(shape, DC, "dc:Bounds", { ...place });
  }
  for (const need of needs) {
    const [from, to] = [places.get(need.from), places.get(need.to)];
    if (!from || !to) continue;
    const edge = make(diagram, DRAWN, "dmndi:DMNEdge", { id: `${need.id}_drawn`, dmnElementRef: need.id });
    make(edge, DI, "di:waypoint", { x: from.x + from.width / 2, y: from.y });
    make(edge, DI, "di:waypoint", { x: to.x + to.width / 2, y: to.y + to.height });
  }
  return new XMLSerializer().serializeToString(file);
}

/** The requirements of a node; each gets an id, because the drawing refers to it. */
function needsOf(node: Element): Need[] {
  const requirements = [...node.children].filter(({ localName }) => REQUIREMENTS.includes(localName));
  return requirements.flatMap((requirement, number) => {
    const from = requirement.firstElementChild?.getAttribute("href")?.replace(/^.*#/, "");
    if (!from) return [];
    if (!requirement.id) requirement.id = `${node.id}_needs_${number + 1}`;
    return [{ id: requirement.id, from, to: node.id }];
  });
}

interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}

export function arrange(nodes: readonly Element[], needs: readonly Need[]): Map<string, Place> {
  const levels = new Map<string, number>();
  const levelOf = (id: string, path: readonly string[] = []): number => {
    const known = levels.get(id);
    if (known !== undefined) return known;
    if (path.includes(id)) return 0;
    const above = needs.filter(({ from }) => from === id).map(({ to }) => levelOf(to, [...path, id]) + 1);
    const level = Math.max(0, ...above);
    levels.set(id, level);
    return level;
  };
  const columns = new Map<number, number>();
  const places = new Map<string, Place>();
  for (const node of nodes) {
    const level = levelOf(node.id);
    const column = columns.get(level) ?? 0;
    columns.set(level, column + 1);
    const y = 140 + level * (80 + GAP_Y);
    places.set(node.id, {
      x: 160 + column * (WIDTH + GAP_X),
      y,
      width: node.localName === "knowledgeSource" ? 100 : WIDTH,
      height: HEIGHTS[node.localName] ?? 80,
    });
  }
  return places;
}
