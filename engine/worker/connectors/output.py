"""From what a connector got to the variables of its result, by the task's headers; expressions are FEEL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from engine.core.feel import Diagnostic, Expression, ExpressionError, compile_expression, from_instant, to_json
from engine.core.model.problems import BpmnError
from engine.service.expressions import expression_budget
from engine.worker.connectors.registry import Input
from engine.worker.failures import PermanentError

RESULT_VARIABLE = Input("resultVariable", "text", "Result variable", "Name of the variable that gets all of it.")
RESULT_EXPRESSION = Input(
    "resultExpression", "text", "Result expression", "FEEL; a context whose entries become variables."
)
ERROR_EXPRESSION = Input(
    "errorExpression",
    "text",
    "Error expression",
    "FEEL; a context with `code` and `message` is a BPMN error, null is none.",
)
HEADERS = (RESULT_VARIABLE, RESULT_EXPRESSION, ERROR_EXPRESSION)


def throw_error(headers: Mapping[str, Any], found: Mapping[str, Any]) -> None:
    """BpmnError where the task's error expression says so."""
    text = headers.get(ERROR_EXPRESSION.name)
    error = evaluate(ERROR_EXPRESSION.name, text, found) if text else None
    if error is None:
        return
    if not isinstance(error, dict) or not isinstance(error.get("code"), str):
        raise PermanentError("The error expression gives no context with a code.")
    raise BpmnError(error["code"], str(error.get("message", "")), error.get("variables") or {})


def make_variables(headers: Mapping[str, Any], found: Mapping[str, Any], whole: Any) -> dict[str, Any]:
    """`whole` goes to the result variable; the result expression reads what was found."""
    variables: dict[str, Any] = {}
    name = headers.get(RESULT_VARIABLE.name)
    if name:
        variables[str(name)] = whole
    text = headers.get(RESULT_EXPRESSION.name)
    if text:
        mapped = evaluate(RESULT_EXPRESSION.name, text, found)
        if not isinstance(mapped, dict):
            raise PermanentError("The result expression gives no context.")
        variables |= mapped
    return variables


def holds(what: str, text: Any, found: Mapping[str, Any]) -> bool:
    """Whether it is true; what is not there yet makes it null, and that is not true."""
    value, _ = _evaluate(what, text, found)
    if value is not None and not isinstance(value, bool):
        raise PermanentError(f"“{what}” is neither true nor false.")
    return value is True


def evaluate(what: str, text: Any, found: Mapping[str, Any]) -> Any:
    value, findings = _evaluate(what, text, found)
    if value is None and findings:
        raise PermanentError(f"“{what}” could not be evaluated: {findings[0].message}")
    try:
        return to_json(value)
    except ValueError as error:
        raise PermanentError(f"“{what}” gives nothing that can be kept: {error}") from None


def _evaluate(what: str, text: Any, found: Mapping[str, Any]) -> tuple[Any, tuple[Diagnostic, ...]]:
    try:
        expression = _compile(str(text).removeprefix("="), tuple(found))
    except ExpressionError as error:
        raise PermanentError(f"“{what}” cannot be read: {error}") from None
    return expression.evaluate(found, now=from_instant(datetime.now(UTC)))


@lru_cache(maxsize=500)
def _compile(text: str, names: tuple[str, ...]) -> Expression:
    return compile_expression(text, names=names, budget=expression_budget())
