"""Stays of tokens as bars over time, ready to be drawn; what a stay is belongs to engine.service.chronicle."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from engine.service.chronicle import Stay
from monitor.numbers import tell_duration

WIDTH = 1000
ROW = 22
BAR_TOP = 4
NARROWEST = 3.0
MARKS = 5


def draw_gantt(
    stays: Sequence[Stay], names: dict[str, str], began_at: datetime, ended_at: datetime
) -> dict[str, Any] | None:
    """One row for each step, in the order in which they were first reached."""
    if not stays:
        return None
    whole = max((ended_at - began_at).total_seconds(), 0.001)
    rows: dict[str, dict[str, Any]] = {}
    for stay in stays:
        name = names.get(stay.node, stay.node)
        row = rows.setdefault(stay.node, {"y": len(rows) * ROW + BAR_TOP, "name": name, "bars": []})
        start = (stay.began_at - began_at).total_seconds() / whole * WIDTH
        length = ((stay.ended_at or ended_at) - stay.began_at).total_seconds() / whole * WIDTH
        width = max(length, NARROWEST)
        row["bars"].append(
            {
                "x": f"{min(max(start, 0.0), WIDTH - width):.1f}",
                "width": f"{width:.1f}",
                "css_class": f"bar-{stay.how}",
                "title": f"{name}: {tell_duration((stay.ended_at or ended_at) - stay.began_at)}",
                "node": stay.node,
            }
        )
    length_of = ended_at - began_at
    return {
        "width": WIDTH,
        "height": len(rows) * ROW,
        "rows": list(rows.values()),
        "axis": [tell_duration(length_of * mark / (MARKS - 1)) for mark in range(MARKS)],
    }
