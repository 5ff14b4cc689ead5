"""The drawing of a file as plain shapes and lines, for pictures of it; what the elements mean is not read here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from lxml.etree import _Element

from engine.core.parse.names import ACTIVITIES, BPMNDI, DC, DI, EVENTS, GATEWAYS, SUB_PROCESSES, local, reference, tag
from engine.core.parse.read import read_tree

Form = Literal["event", "gateway", "task", "scope", "pool"]
POOLS: Final = frozenset({"participant", "lane"})
FLOWS: Final = frozenset({"sequenceFlow", "messageFlow"})


@dataclass(frozen=True, slots=True)
class Shape:
    """`kind` is the BPMN name of the element, `form` how it is drawn."""

    id: str
    kind: str
    form: Form
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Line:
    id: str
    kind: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """Shapes in the order in which they are painted: what encloses comes before what is inside."""

    shapes: tuple[Shape, ...]
    lines: tuple[Line, ...]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, top, width and height of all that is drawn."""
        xs = [edge for shape in self.shapes for edge in (shape.x, shape.x + shape.width)]
        ys = [edge for shape in self.shapes for edge in (shape.y, shape.y + shape.height)]
        xs += [x for line in self.lines for x, _ in line.points]
        ys += [y for line in self.lines for _, y in line.points]
        if not xs:
            return 0.0, 0.0, 0.0, 0.0
        return min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)


def read_picture(data: str | bytes, process: str = "") -> Picture:
    """The drawing of the process, or the first one of the file; empty where nothing is drawn."""
    root, _ = read_tree(data)
    planes = list(root.iter(tag("BPMNPlane", BPMNDI)))
    plane = next((one for one in planes if reference(one.get("bpmnElement")) == process), next(iter(planes), None))
    if plane is None:
        return Picture((), ())
    kinds = {element.get("id"): local(str(element.tag)) for element in root.iter() if element.get("id")}
    shapes = list(_read_shapes(plane, kinds))
    return Picture(
        tuple(sorted(shapes, key=lambda shape: (_LAYERS[shape.form], -shape.width * shape.height))),
        tuple(_read_lines(plane, kinds)),
    )


_LAYERS: Final = {"pool": 0, "scope": 1, "task": 2, "gateway": 2, "event": 3}


def _read_shapes(plane: _Element, kinds: dict[str | None, str]) -> Iterator[Shape]:
    for drawn in plane.iterchildren(tag("BPMNShape", BPMNDI)):
        name = reference(drawn.get("bpmnElement"))
        kind = kinds.get(name, "")
        form = _form_of(kind, drawn)
        bounds = drawn.find(tag("Bounds", DC))
        if form is None or bounds is None:
            continue
        x, y, width, height = (_number(bounds.get(key)) for key in ("x", "y", "width", "height"))
        yield Shape(name, kind, form, x, y, width, height)


def _form_of(kind: str, drawn: _Element) -> Form | None:
    if kind in EVENTS:
        return "event"
    if kind in GATEWAYS:
        return "gateway"
    if kind in SUB_PROCESSES and drawn.get("isExpanded") != "false":
        return "scope"
    if kind in ACTIVITIES:
        return "task"
    return "pool" if kind in POOLS else None


def _read_lines(plane: _Element, kinds: dict[str | None, str]) -> Iterator[Line]:
    for drawn in plane.iterchildren(tag("BPMNEdge", BPMNDI)):
        name = reference(drawn.get("bpmnElement"))
        points = tuple(
            (_number(point.get("x")), _number(point.get("y"))) for point in drawn.iterchildren(tag("waypoint", DI))
        )
        if kinds.get(name) in FLOWS and len(points) > 1:
            yield Line(name, kinds[name], points)


def _number(text: str | None) -> float:
    """Zero for what is no number: a picture is drawn all the same."""
    try:
        number = float(text or "")
    except ValueError:
        return 0.0
    return number if abs(number) < 1e6 else 0.0
