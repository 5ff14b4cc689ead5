"""What a process says of its own start: forms, conditions, timers; starting is the world's business."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from engine.core.feel import Budget, BudgetError, compile_expression, from_instant, to_json
from engine.core.model.codes import problem
from engine.core.model.problems import DiagramError
from engine.core.model.words import say
from engine.core.triggers.schedule import ENDLESS, read_cycle
from engine.core.triggers.timer import due_of

LONGEST_KEY: Final = 255


def start_form(config: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The form of the plain start event."""
    for entry in config.get("starts", ()):
        if entry["kind"] == "none":
            form: Mapping[str, Any] | None = entry.get("form")
            return form
    return None


def has_plain_start(config: Mapping[str, Any]) -> bool:
    return "start" in config.get("start_triggers", ())


def find_start(config: Mapping[str, Any], variables: Mapping[str, Any], now: datetime, budget: Budget) -> str | None:
    """The plain start, else the first one whose condition holds with these variables."""
    if has_plain_start(config):
        return "start"
    for entry in config.get("starts", ()):
        if entry["kind"] == "conditional" and evaluate(entry["formula"], variables, now, budget) is True:
            trigger: str = entry["trigger"]
            return trigger
    return None


def first_due(entry: Mapping[str, Any], now: datetime, budget: Budget) -> tuple[datetime | None, int, str]:
    """When a start timer fires first, how often after that, and the text of its cycle. DiagramError: never."""
    value = evaluate(entry["formula"], {}, now, budget)
    try:
        return _first_due(entry, value, now)
    except (ValueError, OverflowError) as error:
        raise DiagramError(
            [problem("invalid-timer", entry["node"], None, say("The timer never fires: %(reason)s", reason=error))]
        ) from None


def _first_due(entry: Mapping[str, Any], value: Any, now: datetime) -> tuple[datetime | None, int, str]:
    if entry["timer"] == "cycle" or (isinstance(value, str) and value.startswith("R")):
        cycle = read_cycle(str(value))
        if cycle.times == 0:
            return None, 0, ""
        return cycle.first(now), cycle.times if cycle.times == ENDLESS else cycle.times - 1, str(value)
    return due_of(value, now), 0, ""


def dated_start(config: Mapping[str, Any]) -> tuple[str, str]:
    """How a run for a date is started: the trigger, and the variable that gets the date. A timer start that names the
    variable, else the plain start; two empty texts where there is neither."""
    for entry in config.get("starts", ()):
        if entry["kind"] == "timer" and entry.get("run_date"):
            return entry["trigger"], entry["run_date"]
    return ("start", "date") if has_plain_start(config) else ("", "")


def run_date(entry: Mapping[str, Any], due: datetime, cycle: str) -> str:
    """The date of the run that a timer starts at this moment, in the time zone of its cron line; empty where its start
    names no variable for it."""
    if not entry.get("run_date"):
        return ""
    zone = read_cycle(cycle).zone if cycle else ""
    return due.astimezone(ZoneInfo(zone) if zone else UTC).date().isoformat()


def business_key(
    config: Mapping[str, Any], trigger: str, variables: Mapping[str, Any], now: datetime, budget: Budget
) -> str:
    """What the start event calls an instance that nobody has given a key; empty where it says nothing, or null."""
    keys = config.get("business_keys")
    if not keys:
        return ""
    try:
        value = to_json(evaluate(keys.get(trigger), variables, now, budget))
    except (BudgetError, ValueError):
        return ""  # an instance without a name is better than none
    return "" if value is None else str(value)[:LONGEST_KEY]


def evaluate(formula: list[str] | None, variables: Mapping[str, Any], now: datetime, budget: Budget) -> Any:
    if formula is None:
        return None
    language, text = formula
    if language == "static":
        return text
    expression = compile_expression(text, language="juel" if language == "juel" else "feel", budget=budget)
    return expression.value(variables, now=from_instant(now))
