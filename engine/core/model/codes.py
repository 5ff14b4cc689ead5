"""Every problem that a diagram can have: its stable code, its severity, what it means; nothing is found here."""

from __future__ import annotations

from typing import Final

from engine.core.model.problems import Problem, Severity

# code → (severity, what it means and what to do). `docs/problems.md` is generated from this table.
CODES: Final[dict[str, tuple[Severity, str]]] = {
    "not-bpmn": ("error", "The file is XML but not BPMN 2.0; export it as BPMN 2.0."),
    "unknown-element": ("error", "BPMN has no such element; remove it or correct its name."),
    "misplaced-element": ("warning", "BPMN does not allow the element here, so it is not read; move it."),
    "missing-id": ("error", "The element needs an id so that others can refer to it; give it one."),
    "duplicate-id": ("error", "Two elements have the same id; rename one of them."),
    "dangling-reference": ("error", "The reference leads to nothing in the file; define what it means."),
    "lane-without-node": ("warning", "A lane names a node that does not exist; remove the reference."),
    "invalid-binding": ("error", "The binding is unknown; use latest, deployment, version or versionTag."),
    "invalid-timer": (
        "error",
        "The timer is no ISO 8601 date, duration or repetition, nor a cron line; correct it.",
    ),
    "invalid-quantity": ("error", "Quantities of tokens are whole numbers from 1; correct it."),
    "invalid-loop": (
        "error",
        "The loop or multi-instance marker is incomplete or contradicts itself; correct it.",
    ),
}


def problem(code: str, node: str, line: int | None, message: str) -> Problem:
    """A finding with the severity that the table gives its code."""
    return Problem(code, node, line, message, CODES[code][0])
