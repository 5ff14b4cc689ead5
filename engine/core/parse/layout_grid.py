"""Where the nodes of one scope stand: columns by distance from the start, rows by branch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

GAP_X: Final = 60
GAP_Y: Final = 40


@dataclass(slots=True)
class Box:
    x: int
    y: int
    width: int
    height: int

    @property
    def middle(self) -> tuple[int, int]:
        return self.x + self.width // 2, self.y + self.height // 2

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height


@dataclass(slots=True)
class Item:
    """Something to be placed. `band` is its lane, `drop` moves it below what leads to it."""

    id: str
    width: int
    height: int
    band: int = 0
    drop: int = 0


@dataclass(slots=True)
class Grid:
    """The placed items, their boxes counted from the corner of the scope."""

    boxes: dict[str, Box] = field(default_factory=dict)
    cells: dict[str, tuple[int, int]] = field(default_factory=dict)  # column, row
    taken: set[tuple[int, int]] = field(default_factory=set)
    columns: list[tuple[int, int]] = field(default_factory=list)  # left and right of each
    rows: list[tuple[int, int]] = field(default_factory=list)  # top and bottom of each
    bands: list[tuple[int, int]] = field(default_factory=list)  # top and bottom of each
    width: int = 0
    height: int = 0


def arrange(items: list[Item], edges: Iterable[tuple[str, str]], bands: int = 1) -> Grid:
    """Place the items. Deterministic, and linear in items and edges."""
    grid = Grid()
    by_id = {item.id: item for item in items}
    following: dict[str, list[str]] = {item.id: [] for item in items}
    before: dict[str, list[str]] = {item.id: [] for item in items}
    for source, target in edges:
        if source in by_id and target in by_id and source != target:
            following[source].append(target)
            before[target].append(source)
    order, backward = _order(by_id, following, before)
    columns = _columns(order, following, backward)
    rows = _rows(order, by_id, before, columns)
    _measure(grid, by_id, columns, rows, bands)
    return grid


def _order(
    items: dict[str, Item], following: dict[str, list[str]], before: dict[str, list[str]]
) -> tuple[list[str], set[tuple[str, str]]]:
    """All items, each after what leads to it, and the edges that lead back."""
    roots = [name for name in items if not before[name]] + [name for name in items if before[name]]
    is_open: dict[str, bool] = {}
    finished: list[str] = []
    backward = set()
    for root in roots:
        if root in is_open:
            continue
        is_open[root] = True
        # The last branch is walked first, so that the first comes out on top.
        stack = [(root, iter(reversed(following[root])))]
        while stack:
            name, targets = stack[-1]
            for target in targets:
                if target not in is_open:
                    is_open[target] = True
                    stack.append((target, iter(reversed(following[target]))))
                    break
                if is_open[target]:
                    backward.add((name, target))
            else:
                is_open[name] = False
                finished.append(name)
                stack.pop()
    return finished[::-1], backward


def _columns(order: list[str], following: dict[str, list[str]], backward: set[tuple[str, str]]) -> dict[str, int]:
    columns = dict.fromkeys(order, 0)
    for name in order:
        for target in following[name]:
            if (name, target) not in backward:
                columns[target] = max(columns[target], columns[name] + 1)
    return columns


def _rows(
    order: list[str], items: dict[str, Item], before: dict[str, list[str]], columns: dict[str, int]
) -> dict[str, int]:
    """Rows count within a band. Everything stands beside what leads to it, or in the next free row below."""
    rows: dict[str, int] = {}
    places = {name: number for number, name in enumerate(items)}
    free: dict[tuple[int, int, int], int] = {}
    by_column: list[list[str]] = [[] for _ in range(max(columns.values(), default=-1) + 1)]
    for name in order:
        by_column[columns[name]].append(name)
    for names in by_column:
        wanted = {name: _wanted_row(items, before[name], items[name], rows) for name in names}
        for name in sorted(names, key=lambda name: (wanted[name], places[name])):
            rows[name] = _take(free, items[name].band, columns[name], wanted[name])
    return rows


def _wanted_row(items: dict[str, Item], sources: list[str], item: Item, rows: dict[str, int]) -> int:
    for source in sources:
        if source in rows and items[source].band == item.band:
            return rows[source] + item.drop
    return 0


def _take(free: dict[tuple[int, int, int], int], band: int, column: int, row: int) -> int:
    """The first free row from `row` on, which is taken by that; each step shortens the way of later ones."""
    path = []
    while (band, column, row) in free:
        path.append((band, column, row))
        row = free[band, column, row]
    for cell in path:
        free[cell] = row + 1
    free[band, column, row] = row + 1
    return row


def _measure(grid: Grid, items: dict[str, Item], columns: dict[str, int], rows: dict[str, int], bands: int) -> None:
    """Columns are as wide, rows as high, as the largest that stands in them."""
    widths = [0] * (max(columns.values(), default=-1) + 1)
    heights: list[dict[int, int]] = [{} for _ in range(bands)]
    for name, item in items.items():
        widths[columns[name]] = max(widths[columns[name]], item.width)
        band = heights[item.band]
        band[rows[name]] = max(band.get(rows[name], 0), item.height)
    lefts, x = [], 0
    for width in widths:
        lefts.append(x)
        grid.columns.append((x, x + width))
        x += width + GAP_X
    grid.width = max(x - GAP_X, 0)
    starts, y = [], 0
    for band in heights:
        starts.append(len(grid.rows))
        top = y
        for row in range(max(band, default=0) + 1):
            height = band.get(row, 80)
            grid.rows.append((y, y + height))
            y += height + GAP_Y
        grid.bands.append((top, y - GAP_Y))
    grid.height = max(y - GAP_Y, 0)
    for name, item in items.items():
        column, row = columns[name], starts[item.band] + rows[name]
        top, bottom = grid.rows[row]
        grid.cells[name] = (column, row)
        grid.taken.add((column, row))
        x = lefts[column] + (widths[column] - item.width) // 2
        grid.boxes[name] = Box(x, top + (bottom - top - item.height) // 2, item.width, item.height)
