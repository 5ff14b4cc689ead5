"""One evaluation: what it may still spend, what it was given besides variables, and what it found wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .budget import DEFAULT_BUDGET, Budget
from .errors import BudgetError, Diagnostic

if TYPE_CHECKING:
    from .temporal import DateTime

MAX_DIAGNOSTICS = 50


class Run:
    """The purse and the notebook of one evaluation; expressions that call one another share it."""

    __slots__ = ("calls", "functions", "now", "output", "sink", "steps")

    def __init__(
        self,
        budget: Budget = DEFAULT_BUDGET,
        now: DateTime | None = None,
        functions: Mapping[str, object] | None = None,
        sink: list[Diagnostic] | None = None,
    ) -> None:
        self.steps = budget.steps
        self.output = budget.output
        self.calls = budget.calls
        self.now = now
        self.functions = functions
        self.sink = sink

    def charge(self, steps: int) -> None:
        """Pay for work before it is done."""
        self.steps -= steps
        if self.steps < 0:
            raise BudgetError("budget-steps", "the expression takes too many steps")

    def make(self, size: int) -> None:
        """Pay for a text or list of that size before it is made."""
        self.output -= size
        if self.output < 0:
            raise BudgetError("budget-output", "the expression makes too much text or too long lists")

    def enter(self) -> None:
        """Go into a function."""
        self.calls -= 1
        if self.calls < 0:
            raise BudgetError("budget-calls", "functions call one another too deep")

    def note(self, code: str, message: str, start: int, end: int) -> None:
        """Keep a diagnostic, if anyone wants to know."""
        if self.sink is not None and len(self.sink) < MAX_DIAGNOSTICS:
            self.sink.append(Diagnostic(code, message, start, end))


def exhausted(run: Run | None, reason: BaseException, end: int) -> None:
    """The whole evaluation is null, because a limit was reached."""
    if run is None or run.sink is None:
        return
    if isinstance(reason, BudgetError):
        run.note(reason.code, reason.message, 0, end)
    else:
        run.note("budget-calls", "the expression or its data is nested too deep", 0, end)
