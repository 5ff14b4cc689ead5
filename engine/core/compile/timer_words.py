"""Timers in words and as their next firings, for people who draw; when they fire is `schedule`'s arithmetic."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final

from engine.core.model.spans import join_words, tell_parts
from engine.core.model.words import Message, say
from engine.core.triggers.schedule import ENDLESS, Cycle, Pause, ScheduleError, read_cycle, read_duration
from engine.core.triggers.timer import due_of

_UNITS: Final = (("day", 86_400), ("hour", 3_600), ("minute", 60))
_EVERY_ONE: Final = {
    "year": say("every year"),
    "month": say("every month"),
    "day": say("every day"),
    "hour": say("every hour"),
    "minute": say("every minute"),
    "second": say("every second"),
}
_DAYS: Final = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SHORT_DAYS: Final = {name[:3].upper(): name for name in _DAYS}
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_Part = tuple[float, str]


def describe_timer(kind: str, value: Any, now: datetime) -> Message:
    """What a timer of the kind (date, duration or cycle) with this value does, to be read after “it fires”."""
    if _is_cycle(kind, value):
        return _describe_cycle(read_cycle(str(value)))
    if isinstance(value, str) and value.lstrip().startswith("P"):
        return say("after %(pause)s", pause=describe_pause(read_duration(value)))
    due = due_of(value, now)
    if kind == "date":
        return say("once, on %(moment)s", moment=_moment(due))
    return say("after %(pause)s", pause=tell_parts(_parts_of(due - now)))


def list_firings(kind: str, value: Any, now: datetime, most: int = 3) -> list[datetime]:
    """The next moments at which it fires if it begins to wait now."""
    return list(islice(_firings(kind, value, now), most))


def describe_pause(pause: Pause) -> Message:
    """A duration as people say it: “1 month and 2 days”."""
    return tell_parts(_pause_parts(pause))


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


def _describe_cycle(cycle: Cycle) -> Message:
    if cycle.cron:
        rule = _describe_cron(cycle.cron)
        return (
            say("%(rule)s, %(zone)s time", rule=rule, zone=str(cycle.zone))
            if cycle.zone
            else say("%(rule)s, UTC", rule=rule)
        )
    if cycle.pause is None:
        raise ScheduleError(say("The repetition has neither a pause nor a cron line."))
    if cycle.times == 0:
        return say("never: it repeats zero times")
    words = _every(_pause_parts(cycle.pause))
    if cycle.times == 1:
        words = say("%(rule)s, once", rule=words)
    elif cycle.times == 2:
        words = say("%(rule)s, twice", rule=words)
    elif cycle.times != ENDLESS:
        words = say("%(rule)s, %(number)s times", rule=words, number=cycle.times)
    if cycle.start is not None:
        words = say("%(rule)s, from %(moment)s", rule=words, moment=_moment(cycle.start))
    return words if cycle.until is None else say("%(rule)s, until %(moment)s", rule=words, moment=_moment(cycle.until))


def _describe_cron(line: str) -> Message:
    """The common lines in words, the others as they are: a wrong reading would be worse than none."""
    fields = line.split()
    second, minute, hour, day, month, weekday = fields if len(fields) == 6 else ["0", *fields]
    if month == "*" and second == "0":
        if minute.isdigit() and hour.isdigit():
            at = f"{int(hour):02}:{int(minute):02}"
            if day == weekday == "*":
                return say("every day at %(time)s", time=at)
            if day == "*" and (days := _weekdays(weekday)):
                return say("every %(days)s at %(time)s", days=days, time=at)
            if day.isdigit() and weekday == "*":
                return say("on day %(day)s of every month at %(time)s", day=int(day), time=at)
        if hour == day == weekday == "*":
            if minute == "*":
                return say("every minute")
            if minute.isdigit():
                return say("every hour at minute %(minute)s", minute=int(minute))
            if minute.startswith("*/") and minute[2:].isdigit() and 60 % int(minute[2:]) == 0:
                return _every([(int(minute[2:]), "minute")])
    return say("by the cron line %(line)s", line=line)


def _weekdays(text: str) -> Message | None:
    names = [
        [_SHORT_DAYS.get(end.upper()) or (_DAYS[int(end)] if end.isdigit() and int(end) < 8 else "") for end in ends]
        for ends in (part.split("-") for part in text.split(","))
    ]
    if not all(len(ends) in (1, 2) and all(ends) for ends in names):
        return None
    spans = [[Message(end) for end in ends] for ends in names]
    return join_words(
        [ends[0] if len(ends) == 1 else say("%(first)s to %(last)s", first=ends[0], last=ends[1]) for ends in spans]
    )


def _pause_parts(pause: Pause) -> list[_Part]:
    years, months = divmod(pause.months, 12)
    return [(years, "year"), (months, "month"), *_parts_of(pause.rest)]


def _parts_of(span: timedelta) -> list[_Part]:
    seconds = max(span.total_seconds(), 0)
    parts: list[_Part] = []
    for unit, size in _UNITS:
        number, seconds = divmod(seconds, size)
        parts.append((number, unit))
    return [*parts, (seconds, "second")]


def _every(parts: list[_Part]) -> Message:
    there = [part for part in parts if part[0]]
    if len(there) == 1 and there[0][0] == 1:
        return _EVERY_ONE[there[0][1]]
    return say("every %(pause)s", pause=tell_parts(there))


def _moment(moment: datetime) -> Message:
    utc = moment.astimezone(UTC)
    return say(
        "%(day)s %(month)s %(year)s at %(time)s UTC",
        day=utc.day,
        month=Message(_MONTHS[utc.month - 1]),
        year=str(utc.year),
        time=f"{utc:%H:%M}",
    )
