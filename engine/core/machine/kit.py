"""Expressions of a version compiled once into callables of (run, token); the expression language itself is feel's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from engine.core.feel import DEFAULT_BUDGET, Budget, Expression, compile_expression, to_json
from engine.core.feel.temporal import DateTime
from engine.core.model.behaviour import Encoded, Fault, Run
from engine.core.model.limits import DEFAULT_LIMITS, Limits
from engine.core.model.runtime import Token

UNKNOWN = "unknown-variable"
ALL_TEXTS = (  # null where one of them is
    "if some part in parts satisfies part = null then null else string(for part in parts return string(part))"
)
MOST_REASONS = 5  # of a condition that is null, kept in history


class Decide(Protocol):
    """Evaluates a decision by id and binding; raises Fault where it is missing."""

    def __call__(
        self, decision: str, binding: Mapping[str, Any], variables: Mapping[str, Any], now: datetime
    ) -> Any: ...


def no_decisions(decision: str, binding: Mapping[str, Any], variables: Mapping[str, Any], now: datetime) -> Any:
    raise Fault("decision-missing", f"No decision with the id “{decision}” is deployed. Deploy it, then retry.")


class ExpressionKit:
    """Implements model.behaviour.Kit for one version."""

    def __init__(
        self, decide: Decide = no_decisions, limits: Limits = DEFAULT_LIMITS, budget: Budget = DEFAULT_BUDGET
    ) -> None:
        self.limits = limits
        self.budget = budget
        self.decide = decide
        self._compiled: dict[tuple[str, str], Expression] = {}

    def value(self, formula: Encoded | None) -> Callable[[Run, Token], Any]:
        if formula is None:
            return lambda run, token: None
        language, text = formula
        if language == "static":
            return lambda run, token: text
        if language == "list":
            entries = [self.value(entry) for entry in text]
            return lambda run, token: [entry(run, token) for entry in entries]
        if language == "texts":
            parts, all_texts = [self.feel_value(entry) for entry in text], self._compile("feel", ALL_TEXTS)
            return lambda run, token: all_texts.value({"parts": [part(run, token) for part in parts]})
        if language == "map":
            members = [(key, self.value(entry)) for key, entry in text]
            return lambda run, token: {key: member(run, token) for key, member in members}
        evaluate = self.feel_value(formula)

        def value(run: Run, token: Token) -> Any:
            try:
                return to_json(evaluate(run, token))
            except ValueError as error:
                raise Fault("value-invalid", f"The expression “{text}” gave what cannot be kept: {error}.") from None

        return value

    def feel_value(self, formula: Encoded) -> Callable[[Run, Token], Any]:
        language, text = formula
        if language == "static":
            return lambda run, token: text
        expression = self._compile(language, text)
        if _reads_the_clock(text):
            return lambda run, token: expression.value(run.view(token), now=DateTime.from_python(run.now))
        value = expression.value
        return lambda run, token: value(run.view(token))

    def text(self, formula: Encoded | None) -> Callable[[Run, Token], str | None]:
        value = self.value(formula)

        def text(run: Run, token: Token) -> str | None:
            result = value(run, token)
            if result is None or isinstance(result, str):
                return result
            if isinstance(result, bool):
                return "true" if result else "false"
            return str(result)

        return text

    def whole(self, formula: Encoded | None) -> Callable[[Run, Token], int | None]:
        value = self.value(formula)

        def whole(run: Run, token: Token) -> int | None:
            result = value(run, token)
            if result is None or result == "":
                return None
            try:
                return int(result)
            except (TypeError, ValueError, OverflowError):
                raise Fault("number-invalid", f"{result!r} is no whole number.") from None

        return whole

    def condition(self, formula: Encoded) -> Callable[[Run, Token], bool]:
        language, text = formula
        expression = self._compile(language, text)
        needs_now = _reads_the_clock(text)
        value = expression.value

        def condition(run: Run, token: Token) -> bool:
            variables = run.view(token)
            result = value(variables, now=DateTime.from_python(run.now)) if needs_now else value(variables)
            if result is True or result is False:
                return result
            return _explain(expression, variables, run.now, result)

        return condition

    def guard(self, formula: Encoded, edge: int) -> Callable[[Run, Token], bool]:
        """The condition of a flow. One that reads an undefined variable is wrong, even where it has a value all the
        same; only who asks for null or whether something is defined knows what to do without. One that is null is
        not taken, and the history keeps why."""
        language, text = formula
        expression = self._compile(language, text)
        needs_now, value = _reads_the_clock(text), expression.value
        is_careful = any(word in text for word in ("null", "defined", "empty", "get or else"))
        names = frozenset() if is_careful else expression.names

        def guard(run: Run, token: Token) -> bool:
            variables = run.view(token)
            for name in names:
                if name not in variables:
                    _refuse_unknown(expression, variables, run.now)
            result = value(variables, now=DateTime.from_python(run.now)) if needs_now else value(variables)
            if result is True or result is False:
                return result
            if result is None:
                run.note_guard(token, edge, _why_null(expression, variables, run.now))
                return False
            return _explain(expression, variables, run.now, result)

        return guard

    def watched(self, formula: Encoded) -> tuple[Callable[[Run, Token], bool], frozenset[str]]:
        evaluate = self.feel_value(formula)
        names = self._compile(*formula).names if formula[0] != "static" else frozenset()
        return (lambda run, token: evaluate(run, token) is True), frozenset(names)

    def _compile(self, language: str, text: str) -> Expression:
        key = (language, text)
        expression = self._compiled.get(key)
        if expression is None:
            # A condition without a mark ("static") is meant as an expression.
            dialect = "juel" if language == "juel" else "feel"
            expression = self._compiled[key] = compile_expression(text, language=dialect, budget=self.budget)
        return expression


def _reads_the_clock(text: str) -> bool:
    return "now" in text or "today" in text


def _refuse_unknown(expression: Expression, variables: Mapping[str, Any], now: datetime) -> None:
    """Fault if a name that is not there was really read: what is skipped may be missing."""
    for found in expression.evaluate(variables, now=DateTime.from_python(now)).diagnostics:
        if found.code == UNKNOWN:
            raise Fault("condition-failed", f"The condition “{expression.text}” cannot be told: {found.message}")


def _why_null(expression: Expression, variables: Mapping[str, Any], now: datetime) -> str:
    _refuse_unknown(expression, variables, now)
    found = expression.evaluate(variables, now=DateTime.from_python(now)).diagnostics
    reasons = (f"{one.message} ({one.code}, at {one.start}..{one.end})" for one in found[:MOST_REASONS])
    return f"The condition “{expression.text}” is null: {'; '.join(reasons) or 'it has no value'}."


def _explain(expression: Expression, variables: Mapping[str, Any], now: datetime, result: object) -> bool:
    _refuse_unknown(expression, variables, now)
    if result is None:
        return False
    raise Fault("condition-failed", f"The condition “{expression.text}” gave {result!r} instead of true or false.")
