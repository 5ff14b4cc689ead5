"""Whether the texts of timers, due dates and retries can be read, by the very readers that run them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from engine.core.model.diagram import Definition
from engine.core.triggers.schedule import read_cycle, read_date, read_duration

_READERS: Final[dict[str, Callable[[str], object]]] = {
    "date": read_date,
    "duration": read_duration,
    "cycle": read_cycle,
}


def find_problem(definition: Definition) -> str:
    """What is wrong with a timer definition; empty when it can run or is known only at run time."""
    formula = definition.formula
    if not definition.timer or formula is None or not formula.text:
        return "The timer has no date, duration or cycle; write one."
    if formula.language != "static":
        return ""
    return _why_not(_READERS[definition.timer], formula.text)


def is_date(text: str) -> bool:
    """An ISO 8601 date, with or without a time, or how long it is until then."""
    return not _why_not(read_duration if text.strip().startswith("P") else read_date, text)


def is_retry_cycle(text: str) -> bool:
    """A repetition, or durations with commas between them."""
    if not _why_not(read_cycle, text):
        return True
    return all(not _why_not(read_duration, part) for part in text.split(","))


def _why_not(read: Callable[[str], object], text: str) -> str:
    # No date is as long, and Python refuses to read numbers of thousands of digits in other words.
    if len(text) > 200:
        return f"“{text[:30]}…” is too long for a date, duration or cycle; shorten it."
    try:
        read(text)
    except ValueError as error:
        return str(error)
    return ""
