"""Timers: one wait at a due moment; a cycle opens its next one when it fires."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from engine.core.feel.temporal import Date, DateTime, DaysDuration, MonthsDuration, midnight_utc
from engine.core.model.behaviour import Catch, Fault, Kit, Run, Throw
from engine.core.model.diagram import Definition, Node
from engine.core.model.effects import OpenTimer
from engine.core.model.encoding import encode
from engine.core.model.runtime import Token
from engine.core.model.words import say
from engine.core.triggers.schedule import (
    ENDLESS,
    Cycle,
    Pause,
    ScheduleError,
    read_cycle,
    read_date,
    read_duration,
)


class TimerTrigger:
    kind = "timer"
    wait = "timer"

    def encode(self, definition: Definition, node: Node) -> dict[str, Any]:
        return {"timer": definition.timer or "duration", "formula": encode(definition.formula)}

    def catch(self, event: Mapping[str, Any], kit: Kit) -> Catch:
        value_of = kit.feel_value(event["formula"])
        timer, trigger, node = event["timer"], event["trigger"], event["node"]
        beside = event.get("beside")  # an intermediate catch event: the token waits on, another one goes
        shortest = timedelta(seconds=kit.limits.cycle_seconds)

        def open_timer(run: Run, token: Token, due: datetime, remaining: int) -> None:
            run.open(OpenTimer(token.id, trigger, node, due, remaining))

        def arm(run: Run, token: Token) -> None:
            value = value_of(run, token)
            try:
                if timer == "cycle" or (isinstance(value, str) and value.startswith("R")):
                    cycle = read_cycle(str(value))
                    due = cycle.first(run.now)
                    if due is not None and cycle.times != 0:
                        _refuse_haste(cycle, shortest)
                        run.remember(token).setdefault("cycles", {})[trigger] = str(value)
                        open_timer(run, token, due, cycle.times if cycle.times == ENDLESS else cycle.times - 1)
                    return
                open_timer(run, token, due_of(value, run.now), 0)
            except (ValueError, OverflowError) as error:
                raise Fault("timer-invalid", str(error)) from None

        def accept(run: Run, token: Token, data: Mapping[str, Any]) -> bool:
            """Opens the next firing; it belongs to the due moment, not to the moment when somebody looked."""
            remaining = int(data.get("remaining") or 0)
            text = (token.data or {}).get("cycles", {}).get(trigger)
            if remaining and text is not None:
                due = datetime.fromisoformat(data["due"])
                following = _following(text, due)
                if following is not None:
                    open_timer(run, token, following, remaining if remaining == ENDLESS else remaining - 1)
                    if beside is not None:
                        run.bear(beside, token.scope)
                        return False
            return True

        return Catch(arm, accept)

    def throw(self, event: Mapping[str, Any], kit: Kit) -> Throw:
        raise Fault("throw-invalid", "A timer can be waited for, not thrown.")


def due_of(value: Any, now: datetime) -> datetime:
    """The due moment of a date or a duration, whichever the value is."""
    if isinstance(value, str):
        return read_duration(value).after(now) if value.lstrip().startswith("P") else read_date(value)
    if isinstance(value, MonthsDuration):
        return Pause(value.months, timedelta()).after(now)
    if isinstance(value, DaysDuration):
        return now + value.to_python()
    if isinstance(value, Date):
        value = midnight_utc(value)
    if isinstance(value, DateTime):
        value = value.to_python()
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo is not None else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    raise ScheduleError(say("%(value)s is neither a date nor a duration.", value=repr(value)))


def _following(text: str, due: datetime) -> datetime | None:
    """None after the last, which is also the last that the calendar knows."""
    try:
        return read_cycle(text).following(due)
    except (ValueError, OverflowError):
        return None


def _refuse_haste(cycle: Cycle, shortest: timedelta) -> None:
    if cycle.pause is not None and not cycle.pause.months and cycle.pause.rest < shortest and cycle.times == ENDLESS:
        raise ScheduleError(
            say(
                "An endless timer needs a pause of at least %(total_seconds)s s.",
                total_seconds=f"{shortest.total_seconds():g}",
            )
        )
