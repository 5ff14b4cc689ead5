"""What is wrong with a file or a run, in words a person can act on; not the checks that find it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding: a stable code, the element's id, its line and one sentence of what to do."""

    code: str
    node: str
    line: int | None
    message: str
    severity: Severity = "error"


class DiagramError(ValueError):
    """A diagram or decision file that cannot run; `problems` holds every finding, errors first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(problems, key=lambda p: p.severity != "error"))
        super().__init__("; ".join(f"{p.node or 'file'}: {p.message}" for p in self.problems[:5]))


class ProcessError(Exception):
    """A new run that failed before it could exist: nothing of it is kept."""

    def __init__(self, code: str, node: str, message: str) -> None:
        self.code, self.node, self.message = code, node, message
        super().__init__(f"{node}: {message} [{code}]" if node else f"{message} [{code}]")


class CorrelationError(LookupError):
    """A message that nothing, or more than one thing, waits for: nothing has moved."""


class BpmnError(Exception):
    """Raised by a handler: a business error that the diagram's error events may catch."""

    def __init__(self, code: str, message: str = "", variables: dict[str, object] | None = None) -> None:
        self.code, self.message, self.variables = code, message, variables or {}
        super().__init__(f"{code}: {message}" if message else code)


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """What a form refuses about one field."""

    field: str
    code: str
    message: str


class FormError(ValueError):
    """Data that a form refuses; nothing has been written."""

    def __init__(self, problems: Iterable[FieldProblem]) -> None:
        self.problems: tuple[FieldProblem, ...] = tuple(problems)
        super().__init__("; ".join(f"{p.field}: {p.message}" for p in self.problems))
