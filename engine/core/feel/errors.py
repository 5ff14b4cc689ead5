"""What can go wrong with an expression, as values and exceptions; no evaluation here."""

from __future__ import annotations

from typing import NamedTuple


class Diagnostic(NamedTuple):
    """One finding about an expression: a stable code, words for a person, and the place in its text."""

    code: str
    message: str
    start: int
    end: int


class Evaluation(NamedTuple):
    """The value of an expression (null where it failed) and why it failed."""

    value: object
    diagnostics: tuple[Diagnostic, ...]


class ExpressionError(ValueError):
    """The text is not an expression of its language, or is larger than its budget allows."""

    def __init__(self, problems: tuple[Diagnostic, ...], text: str = "") -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems
        self.text = text


class FeelError(Exception):
    """A built-in function cannot answer: the call is null and the reason becomes a diagnostic."""

    def __init__(self, message: str, code: str = "invalid-argument") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class BudgetError(Exception):
    """A budget is used up: the whole evaluation ends with null and this diagnostic."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
