"""Timers in words and as their next firings, for people who draw; when they fire is `schedule`'s arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

from engine.core.model.spans import join_words, tell_count, tell_parts
from engine.core.model.words import say
from engine.core.triggers.schedule import ENDLESS, Cycle, Pause, ScheduleError, read_cycle, read_duration
from engine.core.triggers.timer import due_of

_UNITS: Final = (("day", 86_400), ("hour", 3_600), ("minute", 60))
_DAYS: Final = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SHORT_DAYS: Final = {name[:3].upper(): name for name in _DAYS}
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def describe_timer(kind: str, value: Any, now: datetime) -> str:
    """One sentence: what a timer of the kind (date, duration or cycle) with this value does."""
    if _is_cycle(kind, value):
        return _describe_cycle(read_cycle(str(value)))
    if isinstance(value, str) and value.lstrip().startswith("P"):
        return f"{describe_pause(read_duration(value))} after it begins to wait"
    due = due_of(value, now)
    return f"Once, on {_moment(due)}" if kind == "date" else f"{_span(due - now)} after it begins to wait"


def list_firings(kind: str, value: Any, now: datetime, most: int = 3) -> list[datetime]:
    """The next moments at which it fires if it begins to wait now."""
    return list(islice(_firings(kind, value, now), most))


def describe_pause(pause: Pause) -> str:
    """A duration as people say it: “1 month and 2 days”."""
    years, months = divmod(pause.months, 12)
    return tell_parts([(years, "year"), (months, "month"), *_parts_of(pause.rest)])


def _firings(kind: str, value: Any, now: datetime) -> Iterator[datetime]:
    if not _is_cycle(kind, value):
        yield due_of(value, now)
        return
    cycle = read_cycle(str(value))
    left, due = cycle.times, cycle.first(now)
    while due is not None and left != 0:
        yield due
        left -= left != ENDLESS
        due = cycle.following(due)


def _is_cycle(kind: str, value: Any) -> bool:
    return kind == "cycle" or (isinstance(value, str) and value.startswith("R"))


def _describe_cycle(cycle: Cycle) -> str:
    if cycle.cron:
        return _describe_cron(cycle.cron) + (f", {cycle.zone} time" if cycle.zone else ", UTC")
    if cycle.pause is None:
        raise ScheduleError(say("The repetition has neither a pause nor a cron line."))
    if cycle.times == 0:
        return "Never: it repeats zero times"
    words = f"Every {describe_pause(cycle.pause)}".replace("Every 1 ", "Every ")
    if cycle.times != ENDLESS:
        words += ", once" if cycle.times == 1 else f", {cycle.times} times"
    if cycle.start is not None:
        words += f", from {_moment(cycle.start)}"
    return words + (f", until {_moment(cycle.until)}" if cycle.until is not None else "")


def _describe_cron(line: str) -> str:
    """The common lines in words, the others as they are: a wrong reading would be worse than none."""
    fields = line.split()
    second, minute, hour, day, month, weekday = fields if len(fields) == 6 else ["0", *fields]
    if month != "*" or second != "0":
        return f"By the cron line {line}"
    if minute.isdigit() and hour.isdigit():
        at = f"at {int(hour):02}:{int(minute):02}"
        if day == weekday == "*":
            return f"Every day {at}"
        if day == "*" and (days := _weekdays(weekday)):
            return f"Every {days} {at}"
        if day.isdigit() and weekday == "*":
            return f"On day {int(day)} of every month {at}"
    if hour == day == weekday == "*":
        if minute == "*":
            return "Every minute"
        if minute.isdigit():
            return f"Every hour at minute {int(minute)}"
        if minute.startswith("*/") and minute[2:].isdigit() and 60 % int(minute[2:]) == 0:
            return f"Every {tell_count(int(minute[2:]), 'minute')}"
    return f"By the cron line {line}"


def _weekdays(text: str) -> str:
    names = [
        [_SHORT_DAYS.get(end.upper()) or (_DAYS[int(end)] if end.isdigit() and int(end) < 8 else "") for end in ends]
        for ends in (part.split("-") for part in text.split(","))
    ]
    if not all(len(ends) in (1, 2) and all(ends) for ends in names):
        return ""
    return join_words([" to ".join(ends) for ends in names])


def _span(span: timedelta) -> str:
    return tell_parts(_parts_of(span))


def _parts_of(span: timedelta) -> list[tuple[float, str]]:
    seconds = max(span.total_seconds(), 0)
    parts: list[tuple[float, str]] = []
    for unit, size in _UNITS:
        number, seconds = divmod(seconds, size)
        parts.append((number, unit))
    return [*parts, (seconds, "second")]


def _moment(moment: datetime) -> str:
    utc = moment.astimezone(UTC)
    return f"{utc.day} {_MONTHS[utc.month - 1]} {utc.year} at {utc:%H:%M} UTC"
