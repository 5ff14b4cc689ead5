"""Whether the text of a timer is a date, duration, repetition or cron line; nothing is computed from it."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from engine.core.feel.iso import parse_date_time, parse_duration
from engine.core.model.diagram import Definition

_WEEKS: Final = re.compile(r"-?P\d{1,6}W\Z", re.ASCII)
_REPEAT: Final = re.compile(r"R(\d{1,9})?/(.+)\Z", re.ASCII)
_MACROS: Final = frozenset(
    {"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"}
)  # fmt: skip
_MONTHS: Final = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()  # noqa: SIM905
_DAYS: Final = "SUN MON TUE WED THU FRI SAT".split()  # noqa: SIM905
_STEP: Final = re.compile(r"(?:(\*|[0-9A-Z]{1,4})(?:-([0-9A-Z]{1,4}))?)(?:/(\d{1,4}))?\Z")
_SPECIAL: Final = re.compile(r"(?:L|LW|L-\d{1,2}|\d{1,2}W|[0-7A-Z]{1,3}L|[0-7A-Z]{1,3}#[1-5])\Z")

# Unix cron has five fields; Quartz and Spring put seconds before them, Quartz years after them.
_FIELDS: Final = ((0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 7), (1970, 2199))


def find_problem(definition: Definition) -> str:
    """What is wrong with a timer definition; empty when it can run or is known only at run time."""
    formula = definition.formula
    if not definition.timer or formula is None or not formula.text:
        return "The timer has no date, duration or cycle; write one."
    if formula.language != "static":
        return ""
    text = formula.text
    if definition.timer == "date" and not is_date(text):
        return f"{text!r} is no ISO 8601 date; write it like 2030-01-31T12:00:00Z."
    if definition.timer == "duration" and not is_duration(text):
        return f"{text!r} is no ISO 8601 duration; write it like PT15M or P1DT12H."
    if definition.timer == "cycle" and not is_cycle(text):
        return f"{text!r} is no repetition; write it like R3/PT10M or as a cron line."
    return ""


def is_date(text: str) -> bool:
    """An ISO 8601 date or date with time, with a named zone or without."""
    text = text.strip()
    if parse_date_time(text) is not None:
        return True
    plain, bracket, zone = text.partition("[")
    if bracket and not zone.endswith("]"):
        return False
    try:
        datetime.fromisoformat(plain)
    except ValueError:
        return False
    return True


def is_duration(text: str) -> bool:
    """An ISO 8601 duration, in weeks too."""
    text = text.strip()
    return parse_duration(text) is not None or _WEEKS.match(text) is not None


def is_cycle(text: str) -> bool:
    """`R[n]/duration`, with a start before or an end after the duration, or a cron line."""
    text = text.strip()
    repeat = _REPEAT.match(text)
    if repeat is None:
        return is_cron(text)
    parts = repeat[2].split("/")
    if len(parts) == 1:
        return is_duration(parts[0])
    if len(parts) != 2:
        return False
    first, second = parts
    return (is_date(first) and is_duration(second)) or (is_duration(first) and is_date(second))


def is_retry_cycle(text: str) -> bool:
    """A repetition, or durations with commas between them."""
    return is_cycle(text) or all(is_duration(part) for part in text.split(","))


def is_cron(text: str) -> bool:
    """A cron line of five to seven fields, or one of the words for common ones."""
    if text in _MACROS:
        return True
    fields = text.upper().split()
    if not 5 <= len(fields) <= 7:
        return False
    ranges = _FIELDS[1:6] if len(fields) == 5 else _FIELDS[: len(fields)]
    return all(_is_field(field, low, high) for field, (low, high) in zip(fields, ranges, strict=True))


def _is_field(field: str, low: int, high: int) -> bool:
    if field == "?":
        return high in {31, 7}
    return all(_is_part(part, low, high) for part in field.split(","))


def _is_part(part: str, low: int, high: int) -> bool:
    if high in {31, 7} and _SPECIAL.match(part):
        return True
    match = _STEP.match(part)
    if match is None:
        return False
    first, last, step = match[1], match[2], match[3]
    if first == "*":
        return last is None and (step is None or int(step) > 0)
    numbers = [_number(name, high) for name in (first, last) if name is not None]
    return all(number is not None and low <= number <= high for number in numbers) and step != "0"


def _number(text: str, high: int) -> int | None:
    if text.isdigit():
        return int(text)
    names = _MONTHS if high == 12 else _DAYS if high == 7 else []
    return names.index(text) + (1 if high == 12 else 0) if text in names else None
