"""Jobs that need nobody: the type is an expression that can be evaluated here (camunda:expression)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.core.feel import Budget, ExpressionError, compile_expression, from_instant, to_json


def is_expression(text: str, budget: Budget) -> bool:
    if not text.startswith(("${", "#{")):
        return False
    try:
        compile_expression(text, language="juel", budget=budget)
    except ExpressionError:
        return False
    return True


def evaluate(text: str, variables: Mapping[str, Any], now: datetime, budget: Budget) -> Any:
    """The result of the job; ValueError where it has none."""
    found = compile_expression(text, language="juel", budget=budget).evaluate(variables, now=from_instant(now))
    if found.diagnostics and found.value is None:
        raise ValueError(f"The expression “{text}” has no value: {found.diagnostics[0].message}")
    return to_json(found.value)
