"""What is tried while it is drawn, and stored nowhere: timers read aloud, decisions on sample data, a tidy layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import reduce
from typing import Any

from engine.core.compile.timer_words import describe_pause, describe_timer, list_firings
from engine.core.dmn import DecisionResult, compile_decisions
from engine.core.feel import ExpressionError, compile_expression, from_instant
from engine.core.model.decisions import DecisionModel, DecisionTable
from engine.core.model.words import message_of, say
from engine.core.parse.dmn import read_decisions
from engine.core.parse.layout import with_layout
from engine.core.triggers.schedule import ScheduleError, read_duration
from engine.service.errors import NotFound
from engine.service.expressions import expression_budget
from engine.service.instances import check_variables
from engine.service.jobs import pause_of
from engine.service.rights import Actor, require_any

MOST_PAUSES = 10


def preview_timer(actor: Actor, kind: str, text: str, variables: Mapping[str, Any]) -> dict[str, Any]:
    """A timer as the diagram has it, in words and with its next three firings, or why it would not fire."""
    require_any(actor, "edit")
    now = datetime.now(UTC)
    try:
        value = _value_of(text, variables, now)
        if value is None:
            return _answer(problem=say("Its value is known only when it runs: it depends on variables."))
        return _answer(words=describe_timer(kind, value, now), firings=list_firings(kind, value, now))
    except ExpressionError as error:
        return _answer(problem=error.problems[0].message)
    except (ScheduleError, ValueError, OverflowError) as error:
        return _answer(problem=message_of(error))


def preview_retries(actor: Actor, text: str, retries: int) -> dict[str, Any]:
    """The pauses between the attempts of a job, in words; `retries` is how many attempts there are in all."""
    require_any(actor, "edit")
    pauses = [pause_of(text, attempt) for attempt in range(1, min(retries, MOST_PAUSES))]
    if text and retries > 1 and None in pauses[:1]:
        return _answer(
            problem=say("“%(text)s” is no retry: write pauses like PT1M, PT10M, or a cycle like R3/PT10M.", text=text)
        )
    words = [describe_pause(read_duration(f"PT{pause:g}S")) for pause in pauses if pause is not None]
    if not words:
        return _answer()
    pauses_told = reduce(lambda before, after: say("%(before)s, then %(after)s", before=before, after=after), words)
    return _answer(words=say("Waits %(pauses)s; then it is an incident", pauses=pauses_told))


def try_decision(
    actor: Actor, files: Sequence[bytes], decision: str, variables: Mapping[str, Any]
) -> tuple[DecisionResult, list[str]]:
    """A decision as it is drawn, evaluated on variables; with the ids of the rules of its table, in order."""
    require_any(actor, "edit")
    models = [read_decisions(content) for content in files]
    decisions = compile_decisions(models, budget=expression_budget())
    if not any(one.id == decision for model in models for one in model.decisions):
        raise NotFound("decision-not-found", say("The files have no decision “%(decision)s”.", decision=decision))
    result = decisions.evaluate(decision, check_variables(dict(variables)), now=datetime.now(UTC))
    return result, _rules_of(models, decision)


def tidy(actor: Actor, xml: bytes) -> bytes:
    """The diagram laid out anew, whatever its drawing was."""
    require_any(actor, "edit")
    return with_layout(xml, is_anew=True)


def _rules_of(models: Sequence[DecisionModel], decision: str) -> list[str]:
    found = next(one for model in models for one in model.decisions if one.id == decision)
    return [rule.id for rule in found.logic.rules] if isinstance(found.logic, DecisionTable) else []


def _value_of(text: str, variables: Mapping[str, Any], now: datetime) -> Any:
    """The text itself, or what its expression gives; None where variables are missing."""
    if not text.strip():
        raise ScheduleError(say("It has no value yet."))
    if not text.startswith("="):
        return text
    expression = compile_expression(text[1:], names=list(variables), budget=expression_budget())
    value, _ = expression.evaluate(variables, now=from_instant(now))
    return value


def _answer(words: str = "", firings: Sequence[datetime] = (), problem: str = "") -> dict[str, Any]:
    return {"words": words, "firings": [moment.isoformat() for moment in firings], "problem": problem}
