"""The way of a flow between two boxes: level and upright lines that avoid the boxes of the grid."""

from __future__ import annotations

from typing import Final

from engine.core.parse.layout_grid import GAP_X, GAP_Y, Box, Grid

Points = list[tuple[int, int]]
_ASIDE: Final = GAP_X // 2
_BELOW: Final = GAP_Y // 2


def route_flow(grid: Grid, left: int, top: int, source: str, target: str, one: Box, two: Box) -> Points:
    """From the right side of the source to the left side of the target; backward flows run below.

    Upright lines stand in the gaps between columns, where no box is and no name of one. The boxes count from the corner
    of the page, the grid from its own, which is at `left` and `top`.
    """
    column, row = grid.cells[source]
    to_column, to_row = grid.cells[target]
    (_, y), (_, to_y) = one.middle, two.middle
    behind, before = left + grid.columns[column][1] + _ASIDE, left + grid.columns[to_column][0] - _ASIDE
    if to_column > column and row == to_row and _is_free(grid, row, column, to_column):
        return [(one.right, y), (two.x, to_y)]
    if to_column > column and row != to_row and _is_free(grid, to_row, column, to_column):
        return [(one.right, y), (behind, y), (behind, to_y), (two.x, to_y)]
    if to_column > column and row != to_row and _is_free(grid, row, column, to_column):
        return [(one.right, y), (before, y), (before, to_y), (two.x, to_y)]
    below = top + grid.rows[max(row, to_row)][1] + _BELOW
    return [(one.right, y), (behind, y), (behind, below), (before, below), (before, to_y), (two.x, to_y)]


def _is_free(grid: Grid, row: int, column: int, to_column: int) -> bool:
    """No box stands between the two columns. Very long ways are not looked at: they go around."""
    between = range(column + 1, to_column)
    return len(between) <= 50 and not any((between_column, row) in grid.taken for between_column in between)


def route_boundary(event: Box, two: Box) -> Points:
    """Down from a boundary event, then along to its target."""
    x = event.middle[0]
    to_x, to_y = two.middle
    if two.x > x:
        y = max(event.bottom + 10, to_y)
        if y == to_y:
            return [(x, event.bottom), (x, to_y), (two.x, to_y)]
        return [(x, event.bottom), (x, y), (two.x - _ASIDE, y), (two.x - _ASIDE, to_y), (two.x, to_y)]
    y = max(event.bottom, two.bottom) + _BELOW
    return [(x, event.bottom), (x, y), (to_x, y), (to_x, two.bottom)]


def route_straight(one: Box, two: Box) -> Points:
    """The straight line between two middles, cut where it leaves and enters the boxes."""
    return [_edge_of(one, two.middle), _edge_of(two, one.middle)]


def _edge_of(box: Box, toward: tuple[int, int]) -> tuple[int, int]:
    x, y = box.middle
    dx, dy = toward[0] - x, toward[1] - y
    if dx == 0 and dy == 0:
        return x, y
    # How far along the line the border is: the nearer of the upright and the level one.
    along = min(
        box.width / 2 / abs(dx) if dx else float("inf"),
        box.height / 2 / abs(dy) if dy else float("inf"),
    )
    along = min(along, 1.0)
    return round(x + dx * along), round(y + dy * along)
