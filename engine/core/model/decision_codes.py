"""Every problem that a decision file can have: its stable code, severity and meaning; not the finding."""

from __future__ import annotations

from typing import Final

from engine.core.model.problems import Problem, Severity

# code → (severity, what it means and what to do)
DECISION_CODES: Final[dict[str, tuple[Severity, str]]] = {
    "not-dmn": ("error", "The file is XML but not DMN; export it as DMN 1.1 to 1.5."),
    "missing-name": ("error", "The element has neither an id nor a name; give it both."),
    "duplicate-id": ("error", "Two elements have the same id; rename one of them."),
    "duplicate-name": ("warning", "Two elements of one model have the same name; rename one of them."),
    "incomplete-expression": ("error", "A part of the boxed expression is missing; complete it."),
    "incomplete-table": ("error", "The rules of the table do not fit its columns; complete them."),
    "unknown-hit-policy": ("error", "DMN has no such hit policy or aggregation; choose one that it has."),
    "unsupported-language": ("error", "Expressions in this language are not evaluated; write FEEL."),
    "unsupported-function": ("error", "The function is not one that runs here; register it or write FEEL."),
    "unsupported-import": ("warning", "Only DMN files are imported; what the file needs of others is null."),
    "invalid-expression": ("error", "The expression does not parse; correct it at the place that is named."),
    "too-many-expressions": (
        "error",
        "All expressions that are deployed together are too many; simplify them or deploy the files apart.",
    ),
    "invalid-call": (
        "warning",
        "The call fits no form of the function, so it is null; correct its arguments.",
    ),
    "dangling-reference": ("error", "The reference leads to nothing; correct it or deploy what it means."),
    "missing-import": ("error", "The imported model is not here; deploy both files together."),
    "requirement-cycle": ("error", "The element requires itself; remove one of the requirements."),
    "unknown-type": ("error", "There is no such type; define it or correct its name."),
    "type-cycle": ("error", "The type is defined by itself alone; correct its definition."),
}


def decision_problem(code: str, node: str, line: int | None, message: str) -> Problem:
    """A finding with the severity that the table gives its code."""
    return Problem(code, node, line, message, DECISION_CODES[code][0])
