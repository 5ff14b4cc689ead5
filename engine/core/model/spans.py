"""Counted units as people say them: “1 month and 2 days”. When a time is over is the schedule's arithmetic."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from engine.core.model.words import Message, say

_WRITTEN: Final = re.compile(
    r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?"
)
_UNITS: Final = ("year", "month", "week", "day", "hour", "minute", "second")
# One and several.
_WORDS: Final = {
    "year": (say("1 year"), say("%(number)s years")),
    "month": (say("1 month"), say("%(number)s months")),
    "week": (say("1 week"), say("%(number)s weeks")),
    "day": (say("1 day"), say("%(number)s days")),
    "hour": (say("1 hour"), say("%(number)s hours")),
    "minute": (say("1 minute"), say("%(number)s minutes")),
    "second": (say("1 second"), say("%(number)s seconds")),
}


def tell_count(number: float, unit: str) -> Message:
    one, many = _WORDS[unit]
    return one if number == 1 else say(many.sentence, number=int(number) if number == int(number) else number)


def join_words(parts: list[Message]) -> Message:
    words = parts[0]
    for part in parts[1:-1]:
        words = say("%(before)s, %(after)s", before=words, after=part)
    return say("%(before)s and %(after)s", before=words, after=parts[-1]) if len(parts) > 1 else words


def tell_parts(parts: Iterable[tuple[float, str]]) -> Message:
    """Those that are not zero; all of them zero are “0 seconds”."""
    return join_words([tell_count(number, unit) for number, unit in parts if number] or [tell_count(0, "second")])


def tell_written(duration: str) -> str:
    """An ISO 8601 duration in the units it is written in, “90 minutes” for PT90M; what is none stays as it is."""
    found = _WRITTEN.fullmatch(duration)
    if found is None or not any(found.groups()):
        return duration
    return tell_parts((float(number or 0), unit) for number, unit in zip(found.groups(), _UNITS, strict=True))
