"""A drawing for files that have none: BPMNDI for every element, laid out in columns and rows."""

from __future__ import annotations

from lxml.etree import SubElement, _Element

from engine.core.parse.context import Context
from engine.core.parse.export import serialise
from engine.core.parse.layout_draw import Drawing, draw_collaboration, draw_process
from engine.core.parse.layout_grid import Box
from engine.core.parse.names import BPMNDI, DC, DI, tag
from engine.core.parse.read import read_tree


def with_layout(data: str | bytes, *, is_anew: bool = False, first: str = "") -> bytes:
    """The file as `write_diagram` gives it, with a drawing where it has none, or always with a new one. The same
    file always gets the same drawing. Of several drawings the one of the process `first` comes first: tools open it."""
    root, ctx = read_tree(data)
    for element, name in ctx.generated:
        element.set("id", name)
    if is_anew or next(root.iter(tag("BPMNShape", BPMNDI)), None) is None:
        closed = frozenset(
            shape.get("bpmnElement", "")
            for shape in root.iter(tag("BPMNShape", BPMNDI))
            if shape.get("isExpanded") != "true"
        )
        for diagram in list(root.iterchildren(tag("BPMNDiagram", BPMNDI))):
            root.remove(diagram)  # an old or an empty one is in the way of the new one
        _write_drawings(root, ctx, closed)
    if first:
        _put_first(root, ctx, first)
    return serialise(root, ctx)


def _put_first(root: _Element, ctx: Context, process: str) -> None:
    pools = {name for name, of in ctx.diagram.participants.items() if of == process}
    planes = {process} | {
        collaboration.get("id", "")
        for collaboration in root.iterchildren(tag("collaboration"))
        if any(pool.get("id") in pools for pool in collaboration.iterchildren(tag("participant")))
    }
    diagrams = list(root.iterchildren(tag("BPMNDiagram", BPMNDI)))
    for diagram in diagrams:
        plane = diagram.find(tag("BPMNPlane", BPMNDI))
        if plane is not None and plane.get("bpmnElement") in planes:
            diagrams[0].addprevious(diagram)
            return


def _write_drawings(root: _Element, ctx: Context, closed: frozenset[str]) -> None:
    """One drawing for a collaboration with all its pools, one for every process outside of it."""
    pooled = {process for process in ctx.diagram.participants.values() if process}
    collaboration = next(root.iterchildren(tag("collaboration")), None)
    if collaboration is not None and ctx.diagram.participants:
        name = collaboration.get("id")
        if name is None:
            name = ctx.name(collaboration, "collaboration")
            collaboration.set("id", name)
        _write(root, ctx, name, draw_collaboration(root, ctx, closed))
    else:
        pooled = set()
    elements = {element.get("id", ""): element for element in root.iterchildren(tag("process"))}
    for process in ctx.diagram.processes:
        if process.id in elements and process.id not in pooled:
            _write(root, ctx, process.id, draw_process(elements[process.id], process, closed))


def _write(root: _Element, ctx: Context, plane_of: str, drawing: Drawing) -> None:
    """What is drawn, on its plane; what is in a closed sub-process on one of its own."""
    planes = {name: _add_plane(root, ctx, name) for name in (plane_of, *dict.fromkeys(drawing.planes.values()))}
    for name, box in drawing.boxes.items():
        shape = SubElement(planes[drawing.planes.get(name, plane_of)], tag("BPMNShape", BPMNDI))
        shape.set("id", ctx.name(shape, f"{name}_di"))
        shape.set("bpmnElement", name)
        for key, value in drawing.marks.get(name, {}).items():
            shape.set(key, value)
        _write_bounds(shape, box)
        if name in drawing.labels:
            _write_bounds(SubElement(shape, tag("BPMNLabel", BPMNDI)), drawing.labels[name])
    for name, points in drawing.edges.items():
        edge = SubElement(planes[drawing.planes.get(name, plane_of)], tag("BPMNEdge", BPMNDI))
        edge.set("id", ctx.name(edge, f"{name}_di"))
        edge.set("bpmnElement", name)
        for x, y in points:
            waypoint = SubElement(edge, tag("waypoint", DI))
            waypoint.set("x", str(x))
            waypoint.set("y", str(y))


def _add_plane(root: _Element, ctx: Context, name: str) -> _Element:
    diagram = SubElement(root, tag("BPMNDiagram", BPMNDI), nsmap={"bpmndi": BPMNDI, "dc": DC, "di": DI})
    diagram.set("id", ctx.name(diagram, f"{name}_diagram"))
    plane = SubElement(diagram, tag("BPMNPlane", BPMNDI))
    plane.set("id", ctx.name(plane, f"{name}_plane"))
    plane.set("bpmnElement", name)
    return plane


def _write_bounds(parent: _Element, box: Box) -> None:
    bounds = SubElement(parent, tag("Bounds", DC))
    for key, number in (("x", box.x), ("y", box.y), ("width", box.width), ("height", box.height)):
        bounds.set(key, str(number))
