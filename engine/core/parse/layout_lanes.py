"""Lanes of a process: which are drawn, which band of rows belongs to each, and the boxes around the bands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Protocol

from lxml.etree import _Element

from engine.core.model.diagram import Lane, Process
from engine.core.parse.layout_grid import GAP_Y, Box, Grid
from engine.core.parse.names import tag

PAD: Final = 40
HEADER: Final = 30  # of a pool or lane


class _Bands(Protocol):
    """A scope that has been laid out."""

    grid: Grid
    left: int
    top: int

    @property
    def width(self) -> int: ...


def top_lanes(element: _Element, process: Process) -> list[Lane]:
    """The lanes of the process itself; those within sub-processes only tell who works there."""
    names = {lane.get("id") for lane in element.iterfind(f"{tag('laneSet')}/{tag('lane')}")}
    return [lane for lane in process.lanes if lane.id in names]


def depth_of(lanes: list[Lane]) -> int:
    depth, level = 0, lanes
    while level:
        depth += 1
        level = [inner for lane in level for inner in lane.lanes]
    return depth


def leaves_of(lanes: list[Lane]) -> list[Lane]:
    found, todo = [], list(reversed(lanes))
    while todo:
        lane = todo.pop()
        if lane.lanes:
            todo.extend(reversed(lane.lanes))
        else:
            found.append(lane)
    return found


def bands_of(lanes: list[Lane], leaves: list[Lane]) -> dict[str, int]:
    """Node → number of its lane among the innermost; what is only in an outer lane goes to its first one."""
    numbers = {id(lane): number for number, lane in enumerate(leaves)}
    found: dict[str, int] = {}
    todo = list(reversed(lanes))
    while todo:
        lane = todo.pop()
        todo.extend(reversed(lane.lanes))
        first = lane
        while first.lanes:
            first = first.lanes[0]
        found.update(dict.fromkeys(lane.nodes, numbers[id(first)]))
    return found


def lane_boxes(scope: _Bands, lanes: list[Lane]) -> Iterator[tuple[str, Box]]:
    """Every lane around its bands, inner ones to the right of the header of the outer one."""
    leaves = leaves_of(lanes)
    numbers = {id(lane): number for number, lane in enumerate(leaves)}
    todo = [(lane, 0) for lane in reversed(lanes)]
    left = scope.left - PAD - HEADER * depth_of(lanes)
    right = scope.left + scope.width + PAD
    while todo:
        lane, depth = todo.pop()
        inner = [numbers[id(leaf)] for leaf in leaves_of([lane])]
        top = scope.top + scope.grid.bands[inner[0]][0] - GAP_Y // 2
        bottom = scope.top + scope.grid.bands[inner[-1]][1] + GAP_Y // 2
        x = left + HEADER * depth
        yield lane.id, Box(x, top, right - x, bottom - top)
        todo.extend((child, depth + 1) for child in reversed(lane.lanes))
