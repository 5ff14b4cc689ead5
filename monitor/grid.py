"""The grid of runs: a line for each run or date, a cell for each step; how it is drawn is in templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engine.models import Instance, Process
from engine.service import history, run_grid
from engine.service.formats import tell_moment
from monitor.numbers import tell_duration

# How a date stands: how it looks, and its word.
LOOKS = {
    "waiting": ("waiting", gettext_lazy("Waiting")),
    "running": ("active", gettext_lazy("Running")),
    "incident": ("incident", gettext_lazy("Incident")),
    "done": ("done", gettext_lazy("Done")),
    "known": ("done", gettext_lazy("Had run already")),
    "failed": ("incident", gettext_lazy("Failed")),
    "cancelled": ("cancelled", gettext_lazy("Cancelled")),
    "error": ("incident", gettext_lazy("Could not be started")),
    "dropped": ("none", gettext_lazy("Not run")),
}
CELLS = {
    "active": gettext_lazy("running"),
    "incident": gettext_lazy("incident"),
    "done": gettext_lazy("done"),
    "cancelled": gettext_lazy("cancelled"),
}


@dataclass
class Line:
    """A row of the grid: a run, or a date that has none yet."""

    key: str
    label: str
    look: str
    words: Any
    instance: int | None
    note: str = ""


def describe_run(row: Instance, has_incident: bool) -> Line:
    label = row.business_key or tell_moment(row.started_at)
    state = "incident" if has_incident and row.ended_at is None else history.status_word(row)
    look, words = LOOKS.get({"completed": "done", "terminated": "done", "active": "running"}.get(state, state)) or (
        state,
        _(state.capitalize()),
    )
    return Line(str(row.pk), label, look, words, row.pk)


def make_grid(process: Process, lines: list[Line], found: Mapping[int, Instance]) -> dict[str, Any]:
    steps = run_grid.list_steps(process)
    cells = run_grid.read_cells(list(found.values()))
    return {
        "steps": steps,
        "lines": [
            {
                "key": line.key,
                "label": line.label,
                "look": line.look,
                "words": line.words,
                "note": line.note,
                "url": reverse("monitor:instance", args=[line.instance]) if line.instance is not None else "",
                "cells": [
                    describe_cell(line, step, cells.get(line.instance, {}).get(step.node) if line.instance else None)
                    for step in steps
                ],
            }
            for line in lines
        ],
    }


def describe_cell(line: Line, step: run_grid.Step, cell: run_grid.Cell | None) -> dict[str, Any]:
    if cell is None or line.instance is None:
        return {
            "id": f"cell-{line.key}-{step.node}",
            "look": "",
            "words": _("%(step)s: not reached") % {"step": step.name},
            "url": "",
        }
    length = tell_duration((cell.ended_at or timezone.now()) - cell.began_at)
    words = f"{step.name}: {CELLS[cell.state]}, {length}"
    if cell.times > 1:
        words += ", " + _("%(times)s times") % {"times": cell.times}
    return {
        "id": f"cell-{line.key}-{step.node}",
        "look": cell.state,
        "words": f"{line.label}, {words}",
        "url": reverse("monitor:instance", args=[line.instance]),
    }
