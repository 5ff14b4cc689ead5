"""Expressions outside of any process: the installation's budget, and trying one with its value, type and findings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from engine.core.feel import (
    Budget,
    Diagnostic,
    ExpressionError,
    compile_expression,
    compile_unary_tests,
    from_instant,
    kind_of,
    to_json,
)
from engine.models.settled import settled

MOST_NAMES = 1_000


@settled("FEEL_BUDGET")
def expression_budget() -> Budget:
    """What one expression may be and do; the settings of the installation say so."""
    return Budget(**settings.FEEL_BUDGET)


def try_expression(
    text: str,
    variables: Mapping[str, Any],
    *,
    language: str = "feel",
    is_unary: bool = False,
    input_value: Any = None,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Its value as JSON, the name of its type, and what is wrong with it, each with its place in the text.

    Unary tests ask whether `input_value` passes them. A text that is no expression has no type and no value.
    """
    names, budget = list(variables)[:MOST_NAMES], expression_budget()
    try:
        if is_unary:
            expression = compile_unary_tests(text, names=names, budget=budget)
        else:
            expression = compile_expression(text, names=names, language=language, budget=budget)
    except ExpressionError as error:
        return _answer(None, None, error.problems)
    given = {**variables, "?": input_value} if is_unary else variables
    value, found = expression.evaluate(given, now=from_instant(now or datetime.now(UTC)))
    try:
        plain = to_json(value)
    except ValueError as error:
        # A function is a value, but no JSON: its type alone is told.
        plain, findings = None, () if kind_of(value) == "function" else (_whole("value-invalid", str(error), text),)
        found = (*found, *findings)
    return _answer(plain, kind_of(value), found, expression.warnings)


def _answer(
    value: Any, kind: str | None, found: tuple[Diagnostic, ...], warnings: tuple[Diagnostic, ...] = ()
) -> dict[str, Any]:
    return {
        "value": value,
        "type": kind,
        "diagnostics": [one._asdict() for one in found],
        "warnings": [one._asdict() for one in warnings],
    }


def _whole(code: str, message: str, text: str) -> Diagnostic:
    return Diagnostic(code, message, 0, len(text))
