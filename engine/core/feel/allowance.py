"""What all expressions that are deployed together may be, counted while they are compiled one by one."""

from __future__ import annotations

from .budget import Budget
from .errors import Diagnostic, ExpressionError

_CHARACTERS = 16  # so many cost about what one part does


class AllowanceError(ExpressionError):
    """Nothing is left for this expression; there is no use in reading on."""


class Allowance:
    """The parts that are left of a budget's total; one for a whole deployment."""

    __slots__ = ("_left", "_total")

    def __init__(self, budget: Budget) -> None:
        self._total = self._left = budget.total

    def narrow(self, budget: Budget) -> Budget:
        """The budget of the next expression: never more parts than are left."""
        return budget if self._left >= budget.parts else budget._replace(parts=max(self._left, 0))

    def spend(self, text: str, parts: int) -> None:
        """Count a text that was read; a long one costs even where it has few parts."""
        self._left -= max(parts, 1 + len(text) // _CHARACTERS)

    def require(self, text: str) -> None:
        if self._left <= 0:
            raise self.refusal(text)

    def refusal(self, text: str) -> AllowanceError:
        message = f"all expressions that are deployed together have more than {self._total} parts"
        return AllowanceError((Diagnostic("budget-total", message, 0, len(text)),), text)
