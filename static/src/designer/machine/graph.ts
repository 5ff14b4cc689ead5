/** Draws states and transitions as a graph; dagre decides where everything goes. */

import { Graph, layout } from "@dagrejs/dagre";
import { gettext } from "../../lib/gettext";
import { type Edge, END, type Machine, PROCESS, type StateRow, wordsOf } from "./rows";

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 34;
const LETTER = 7;
const LONGEST = 36;

function draw<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | number>,
  ...children: (Node | string)[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

const cut = (text: string) => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);

export function drawGraph(machine: Machine, edges: Edge[], onPick: (state: StateRow) => void): SVGSVGElement {
  const graph = new Graph({ multigraph: true });
  graph.setGraph({ rankdir: "TB", nodesep: 28, ranksep: 46, edgesep: 16, marginx: 16, marginy: 16 });
  graph.setDefaultEdgeLabel(() => ({}));
  const used = new Set(edges.flatMap(({ source, target }) => [source, target]));
  const states = machine.states.filter(({ key }) => used.has(key) || machine.states.length === 1);
  for (const { key, name } of states) {
    const isDot = key === PROCESS || key === END;
    const width = isDot ? 20 : Math.max(cut(name).length * LETTER + 24, 56);
    graph.setNode(key, { width, height: isDot ? 20 : HEIGHT });
  }
  edges.forEach((edge, index) => {
    const words = cut(wordsOf(edge));
    const size = words ? { width: words.length * LETTER, height: 16, labelpos: "c" } : {};
    graph.setEdge(edge.source, edge.target, { ...size, edge, words }, String(index));
  });
  layout(graph);
  const { width = 0, height = 0 } = graph.graph() as { width?: number; height?: number };
  const picture = draw("svg", {
    class: "state-graph",
    viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`,
    width: Math.ceil(width),
    height: Math.ceil(height),
    role: "img",
    "aria-label": gettext("States of %(name)s; the table has the same in words", { name: machine.name }),
  });
  picture.append(arrowHead());
  for (const name of graph.edges()) picture.append(edgePicture(graph.edge(name) as EdgePlace));
  for (const state of states) picture.append(statePicture(state, graph.node(state.key) as Place, onPick));
  return picture;
}

interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}

interface EdgePlace {
  points: { x: number; y: number }[];
  x?: number;
  y?: number;
  words: string;
  edge: Edge;
}

function arrowHead(): SVGDefsElement {
  return draw(
    "defs",
    {},
    draw(
      "marker",
      {
        id: "state-arrow",
        viewBox: "0 0 8 8",
        refX: 7,
        refY: 4,
        markerWidth: 7,
        markerHeight: 7,
        orient: "auto",
      },
      draw("path", { d: "M0 0L8 4L0 8z" }),
    ),
  );
}

function edgePicture({ points, x, y, words, edge }: EdgePlace): SVGGElement {
  const way = points.map((point, index) => `${index ? "L" : "M"}${point.x} ${point.y}`).join(" ");
  const group = draw(
    "g",
    { class: `state-edge${edge.isBirth ? " is-birth" : ""}`, "data-flow": edge.flow },
    draw("path", { d: way, "marker-end": "url(#state-arrow)" }),
  );
  if (words && x !== undefined && y !== undefined)
    group.append(
      draw("text", { x, y: y + 4, "text-anchor": "middle" }, draw("title", {}, wordsOf(edge)), words),
    );
  return group;
}

function statePicture(state: StateRow, place: Place, onPick: (state: StateRow) => void): SVGGElement {
  const { x, y, width, height } = place;
  if (state.key === PROCESS || state.key === END)
    return draw(
      "g",
      { class: state.key === END ? "state-dot is-end" : "state-dot" },
      draw("title", {}, state.name),
      draw("circle", { cx: x, cy: y, r: 7 }),
    );
  const group = draw(
    "g",
    {
      class: `state-box${state.is_inner ? " is-inner" : ""}`,
      "data-state": state.key,
      "data-node": state.node,
    },
    draw("title", {}, state.name),
    draw("rect", { x: x - width / 2, y: y - height / 2, width, height, rx: 8 }),
    draw("text", { x, y: y + 4, "text-anchor": "middle" }, cut(state.name)),
  );
  group.addEventListener("click", () => onPick(state));
  return group;
}
