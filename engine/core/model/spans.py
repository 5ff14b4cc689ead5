"""Counted units as people say them: “1 month and 2 days”. When a time is over is the schedule's arithmetic."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_WRITTEN: Final = re.compile(
    r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?"
)
_UNITS: Final = ("year", "month", "week", "day", "hour", "minute", "second")


def tell_count(number: float, unit: str) -> str:
    return f"{number:g} {unit}{'' if number == 1 else 's'}"


def join_words(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else parts[0]


def tell_parts(parts: Iterable[tuple[float, str]]) -> str:
    """Those that are not zero; all of them zero are “0 seconds”."""
    return join_words([tell_count(number, unit) for number, unit in parts if number] or ["0 seconds"])


def tell_written(duration: str) -> str:
    """An ISO 8601 duration in the units it is written in, “90 minutes” for PT90M; what is none stays as it is."""
    found = _WRITTEN.fullmatch(duration)
    if found is None or not any(found.groups()):
        return duration
    return tell_parts((float(number or 0), unit) for number, unit in zip(found.groups(), _UNITS, strict=True))
