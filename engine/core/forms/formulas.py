"""The expressions of one form, evaluated on what is visible where it is shown; all of them share one purse."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from datetime import datetime
from functools import lru_cache
from typing import Any

from engine.core.feel import Budget, Expression, ExpressionError, Run, compile_expression, from_instant, to_json


class Formulas:
    """`variables` are those that the expressions see, unless others are handed over with one."""

    __slots__ = ("_budget", "_now", "_run", "_source", "_texts", "variables")

    def __init__(self, variables: Mapping[str, Any], now: datetime, budget: Budget) -> None:
        self.variables = variables
        self._budget, self._now = budget, from_instant(now)
        self._run = Run(budget, self._now)
        self._source, self._texts = budget.source, set[str]()

    def within(self, variables: Mapping[str, Any]) -> Formulas:
        """The same where other variables are seen, out of the same purse."""
        inner = copy(self)
        inner.variables = variables
        return inner

    def value(self, text: str, language: str = "feel", variables: Mapping[str, Any] | None = None) -> Any:
        """The value of an expression; None where it has none."""
        expression = self._read(text, "juel" if language == "juel" else "feel")
        if expression is None:
            return None
        given = self.variables if variables is None else variables
        try:
            return to_json(expression.value(given, self._now, None, self._run))
        except ValueError:
            return None

    def _read(self, text: str, language: str) -> Expression | None:
        """All texts together are no longer than one may be."""
        if text not in self._texts:
            self._texts.add(text)
            self._source -= len(text)
        return _compile(text, language, self._budget) if self._source >= 0 else None


@lru_cache(maxsize=1_000)
def _compile(text: str, language: str, budget: Budget) -> Expression | None:
    """A form is read each time that it is shown, its expressions are not."""
    try:
        return compile_expression(text, language=language, budget=budget)
    except ExpressionError:
        return None
