"""Boxes and lines of a whole process or collaboration: sizes, scopes within scopes, pools and lanes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from lxml.etree import _Element

from engine.core.model.diagram import Node, Process
from engine.core.parse.context import Context
from engine.core.parse.layout_grid import GAP_X, GAP_Y, Box, Grid, Item, arrange
from engine.core.parse.layout_lanes import HEADER, PAD, bands_of, depth_of, lane_boxes, leaves_of, top_lanes
from engine.core.parse.layout_routes import Points, route_boundary, route_flow, route_straight
from engine.core.parse.names import EVENTS, GATEWAYS, SUB_PROCESSES, local, reference, tag
from engine.core.parse.tree import name_of

_EVENT: Final = 36
_GATEWAY: Final = 50
_LETTER: Final = 7
_WIDEST_LABEL: Final = 90
_EMPTY_POOL: Final = (600, 60)
_EXTRAS: Final = {
    tag("dataObjectReference"): (36, 50),
    tag("dataStoreReference"): (50, 50),
    tag("dataInput"): (36, 50),
    tag("dataOutput"): (36, 50),
    tag("textAnnotation"): (160, 50),
    tag("group"): (200, 120),
}
_LINES: Final = (tag("association"), tag("dataInputAssociation"), tag("dataOutputAssociation"))


@dataclass(slots=True)
class Drawing:
    """What is drawn: boxes, their marks, and lines, by the ids of the elements."""

    boxes: dict[str, Box] = field(default_factory=dict)
    marks: dict[str, dict[str, str]] = field(default_factory=dict)
    labels: dict[str, Box] = field(default_factory=dict)
    closed: frozenset[str] = (
        frozenset()
    )  # sub-processes that are drawn small, with what is in them on a plane of its own
    planes: dict[str, str] = field(default_factory=dict)  # by what is drawn there and not beside the sub-process
    edges: dict[str, Points] = field(default_factory=dict)
    right: int = 0
    bottom: int = 0

    def put(self, name: str, box: Box, **marks: str) -> None:
        self.boxes[name] = box
        if marks:
            self.marks[name] = marks
        self.right, self.bottom = max(self.right, box.right), max(self.bottom, box.bottom)


@dataclass(slots=True)
class _Scope:
    """One process or sub-process while it is laid out."""

    nodes: list[Node] = field(default_factory=list)
    boundaries: list[Node] = field(default_factory=list)
    apart: list[Node] = field(default_factory=list)  # event sub-processes, in a row below
    extras: list[tuple[str, int, int]] = field(default_factory=list)
    grid: Grid = field(default_factory=Grid)
    left: int = 0
    top: int = 0
    is_closed: bool = False
    plane: str = ""

    @property
    def width(self) -> int:
        return max(self.grid.width, sum(width + GAP_Y for _, width, _ in self.extras))

    @property
    def height(self) -> int:
        return self.grid.height + (GAP_Y + max(h for _, _, h in self.extras) if self.extras else 0)


def draw_process(element: _Element, process: Process, closed: frozenset[str] = frozenset()) -> Drawing:
    """The drawing of one process by itself; `element` is where it was read from."""
    drawing = Drawing(closed=closed)
    _draw(drawing, element, process, 160, 80)
    _draw_lines(drawing, element)
    return drawing


def draw_collaboration(root: _Element, ctx: Context, closed: frozenset[str] = frozenset()) -> Drawing:
    """The drawing of all pools, one below the other, with the messages between them."""
    drawing = Drawing(closed=closed)
    elements = {element.get("id", ""): element for element in root.iterchildren(tag("process"))}
    processes = {process.id: process for process in ctx.diagram.processes if process.id in elements}
    lanes: list[str] = []
    top, widest = 80, _EMPTY_POOL[0]
    for name, process in ctx.diagram.participants.items():
        found = processes.pop(process, None)
        left = 160
        if found is None:
            drawing.put(name, Box(left, top, *_EMPTY_POOL), isHorizontal="true")
        else:
            depth = depth_of(top_lanes(elements[found.id], found))
            scope = _draw(drawing, elements[found.id], found, left + HEADER * (1 + depth) + PAD, top + GAP_Y // 2)
            width = HEADER * (1 + depth) + scope.width + 2 * PAD
            box = Box(left, top, width, max(scope.height, 80) + GAP_Y)
            drawing.put(name, box, isHorizontal="true")
            lanes.extend(name for name, _ in lane_boxes(scope, top_lanes(elements[found.id], found)))
        widest = max(widest, drawing.boxes[name].width)
        top = drawing.boxes[name].bottom + GAP_X
    for name in ctx.diagram.participants:
        drawing.boxes[name].width = widest
    for name in lanes:
        drawing.boxes[name].width = 160 + widest - drawing.boxes[name].x
    _draw_extras_of_collaboration(drawing, root, top)
    for flow in ctx.diagram.message_flows:
        one, two = drawing.boxes.get(flow.source), drawing.boxes.get(flow.target)
        if one is not None and two is not None:
            drawing.edges[flow.id] = route_straight(one, two)
    _draw_lines(drawing, root)
    return drawing


def _draw(drawing: Drawing, element: _Element, process: Process, left: int, top: int) -> _Scope:
    """Everything of one process: sizes from the inside out, then places from the outside in."""
    scopes = _scopes(element, process, drawing.closed)
    lanes = top_lanes(element, process)
    leaves = leaves_of(lanes)
    bands = bands_of(lanes, leaves)
    for name in reversed(scopes):
        scope = scopes[name]
        is_outer = name == process.id
        scope.extras[:0] = [(node.id, *_size(node, scopes)) for node in scope.apart]
        items = [_item(node, scopes, bands if is_outer else {}) for node in scope.nodes]
        edges = _edges(process, scope, items)
        scope.grid = arrange(items, edges, max(len(leaves), 1) if is_outer else 1)
    scopes[process.id].left, scopes[process.id].top = left, top
    for name, scope in scopes.items():
        if name != process.id:
            outer = drawing.boxes[name]
            scope.left, scope.top = outer.x + PAD, outer.y + PAD
            scope.plane = name if scope.is_closed else drawing.planes.get(name, "")
        _place(drawing, scope)
    for name, box in lane_boxes(scopes[process.id], lanes):
        drawing.put(name, box, isHorizontal="true")
    _draw_flows(drawing, process, scopes)
    return scopes[process.id]


def _scopes(whole: _Element, process: Process, closed: frozenset[str]) -> dict[str, _Scope]:
    scopes = {process.id: _Scope()}
    for node in process.nodes.values():
        if node.kind in SUB_PROCESSES:
            scopes[node.id] = _Scope(is_closed=node.id in closed)
        scope = scopes.get(node.scope)
        if scope is None:
            continue
        if node.kind == "boundaryEvent" and node.attached_to in process.nodes:
            scope.boundaries.append(node)
        elif node.is_event_sub_process:
            scope.apart.append(node)
        else:
            scope.nodes.append(node)
    for element in whole.iter(*_EXTRAS):
        holder = element.getparent()
        while holder is not None and name_of(holder) == tag("ioSpecification"):
            holder = holder.getparent()
        scope = scopes.get(holder.get("id", "")) if holder is not None else None
        # The data inputs and outputs of an activity are not drawn, those of a process are.
        is_data = local(name_of(element)) in {"dataInput", "dataOutput"}
        if scope is not None and not (is_data and holder is not None and holder.get("id") != process.id):
            scope.extras.append((element.get("id", ""), *_EXTRAS[name_of(element)]))
    return scopes


def _item(node: Node, scopes: dict[str, _Scope], bands: dict[str, int]) -> Item:
    return Item(node.id, *_size(node, scopes), bands.get(node.id, 0))


def _size(node: Node, scopes: dict[str, _Scope]) -> tuple[int, int]:
    if node.kind in EVENTS:
        return _EVENT, _EVENT
    if node.kind in GATEWAYS:
        return _GATEWAY, _GATEWAY
    scope = scopes.get(node.id)
    if scope is None or scope.is_closed:
        return 100, 80
    return max(scope.width, 60) + 2 * PAD, max(scope.height, 20) + 2 * PAD


def _edges(process: Process, scope: _Scope, items: list[Item]) -> list[tuple[str, str]]:
    """What leads from node to node; what a boundary event leads to stands one row below its host."""
    by_id = {item.id: item for item in items}
    edges: list[tuple[str, str]] = []
    for node in scope.nodes:
        edges.extend((node.id, process.flows[name].target) for name in node.outgoing)
    handlers = dict(process.associations)
    for event in scope.boundaries:
        targets = [process.flows[name].target for name in event.outgoing]
        if event.id in handlers:
            targets.append(handlers[event.id])
        for target in targets:
            edges.append((event.attached_to, target))
            if target in by_id and len(process.nodes[target].incoming) <= 1:
                by_id[target].drop = 1
    return edges


def _place(drawing: Drawing, scope: _Scope) -> None:
    if scope.plane:
        members = [*(node.id for node in (*scope.nodes, *scope.boundaries)), *(name for name, _, _ in scope.extras)]
        drawing.planes |= dict.fromkeys(members, scope.plane)
    for node in scope.nodes:
        box = scope.grid.boxes[node.id]
        marks = {}
        if node.kind in SUB_PROCESSES:
            marks["isExpanded"] = str(node.id not in drawing.closed).lower()
        elif node.kind == "exclusiveGateway":
            marks["isMarkerVisible"] = "true"
        drawing.put(node.id, Box(scope.left + box.x, scope.top + box.y, box.width, box.height), **marks)
    attached: dict[str, int] = {}
    for event in scope.boundaries:
        host = drawing.boxes.get(event.attached_to)
        if host is None:
            continue
        number = attached.get(event.attached_to, 0)
        attached[event.attached_to] = number + 1
        # From the right along the lower border, over again where there are more than fit.
        room = max(host.width // (_EVENT + 4), 1)
        x = host.right - _EVENT - (number % room) * (_EVENT + 4) - 4
        drawing.put(event.id, Box(x, host.bottom - _EVENT // 2, _EVENT, _EVENT))
        if event.name and number < 2:
            # Beside the flow that leaves it downwards, on the side where no other event sits.
            width = min(len(event.name) * _LETTER, _WIDEST_LABEL)
            left = x + _EVENT - 2 if number == 0 else x - width + 2
            drawing.labels[event.id] = Box(left, host.bottom + _EVENT // 2 - 2, width, 14)
    expanded = {node.id for node in scope.apart} - drawing.closed
    x, y = scope.left, scope.top + scope.grid.height + (GAP_Y if scope.nodes else 0)
    for name, width, height in scope.extras:
        marks = {"isExpanded": "true"} if name in expanded else {}
        drawing.put(name, Box(x, y, width, height), **marks)
        x += width + GAP_Y


def _draw_flows(drawing: Drawing, process: Process, scopes: dict[str, _Scope]) -> None:
    for flow in process.flows.values():
        source, one, two = (
            process.nodes.get(flow.source),
            drawing.boxes.get(flow.source),
            drawing.boxes.get(flow.target),
        )
        if source is None or one is None or two is None:
            continue
        scope = scopes[source.scope]
        if flow.source in scope.grid.cells and flow.target in scope.grid.cells:
            points = route_flow(scope.grid, scope.left, scope.top, flow.source, flow.target, one, two)
        elif source.kind == "boundaryEvent":
            points = route_boundary(one, two)
        else:
            points = route_straight(one, two)
        drawing.edges[flow.id] = points
        if flow.source in drawing.planes:
            drawing.planes[flow.id] = drawing.planes[flow.source]


def _draw_lines(drawing: Drawing, root: _Element) -> None:
    """Associations of artifacts and of data."""
    for element in root.iter(*_LINES):
        holder = element.getparent()
        owner = holder.get("id", "") if holder is not None else ""
        kind = local(name_of(element))
        source = reference(element.get("sourceRef") or element.findtext(tag("sourceRef")))
        target = reference(element.get("targetRef") or element.findtext(tag("targetRef")))
        if kind == "dataInputAssociation":
            target = owner
        elif kind == "dataOutputAssociation":
            source = owner
        one, two = drawing.boxes.get(source), drawing.boxes.get(target)
        if one is not None and two is not None:
            drawing.edges[element.get("id", "")] = route_straight(one, two)


def _draw_extras_of_collaboration(drawing: Drawing, root: _Element, top: int) -> None:
    """Annotations and groups that belong to no process stand below the pools."""
    x = 160
    for element in root.iter(tag("textAnnotation"), tag("group")):
        holder = element.getparent()
        if holder is not None and local(name_of(holder)) == "collaboration":
            width, height = _EXTRAS[name_of(element)]
            drawing.put(element.get("id", ""), Box(x, top, width, height))
            x += width + GAP_Y
