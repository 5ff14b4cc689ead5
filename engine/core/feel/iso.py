"""Temporal values from their ISO 8601 and FEEL text; printing is `str` of the value."""

from __future__ import annotations

import re

from . import zones
from .temporal import DAY, NANO, Date, DateTime, DaysDuration, MonthsDuration, Temporal, Time

_YEAR = r"(-?(?:[1-9]\d{4,8}|\d{4}))"
_DATE = re.compile(_YEAR + r"-(\d\d)-(\d\d)\Z", re.ASCII)
_TIME = re.compile(r"(\d\d):(\d\d):(\d\d)(?:\.(\d{1,30}))?(Z|[+-]\d\d:\d\d(?::\d\d)?|@[A-Za-z0-9_+\-/]+)?\Z", re.ASCII)
_MONTHS = re.compile(r"(-)?P(?:(\d{1,20})Y)?(?:(\d{1,20})M)?\Z", re.ASCII)
_DAYS = re.compile(
    r"(-)?P(?:(\d{1,20})D)?(?:T(?=\d)(?:(\d{1,20})H)?(?:(\d{1,20})M)?(?:(\d{1,20})(?:\.(\d{0,30}))?S)?)?\Z",
    re.ASCII,
)
MAX_OFFSET = 18 * 3600


def parse_date(text: str) -> Date | None:
    match = _DATE.match(text)
    if match is None:
        return None
    try:
        return Date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def parse_time(text: str) -> Time | None:
    """A time of day; 24:00:00 is the next midnight."""
    parts = _time_parts(text)
    return None if parts is None else Time(parts[0] % DAY, *parts[1:])


def parse_date_time(text: str) -> DateTime | None:
    """A date and time; a date alone is its midnight."""
    day, separator, clock = text.partition("T")
    date = parse_date(day)
    if date is None:
        return None
    if not separator:
        return DateTime(date, 0)
    parts = _time_parts(clock)
    if parts is None:
        return None
    second, nano, offset, zone = parts
    try:
        if second == DAY:
            date, second = Date.from_days(date.days + 1), 0
        return DateTime(date, second, nano, offset, zone)
    except ValueError:
        return None


def parse_duration(text: str) -> DaysDuration | MonthsDuration | None:
    try:
        match = _MONTHS.match(text)
        if match is not None and (match[2] or match[3]):
            months = int(match[2] or 0) * 12 + int(match[3] or 0)
            return MonthsDuration(-months if match[1] else months)
        match = _DAYS.match(text)
        if match is None or not any(match.group(2, 3, 4, 5)):
            return None
        seconds = int(match[2] or 0) * DAY + int(match[3] or 0) * 3600 + int(match[4] or 0) * 60 + int(match[5] or 0)
        nanos = seconds * NANO + _nanos(match[6])
        return DaysDuration(-nanos if match[1] else nanos)
    except ValueError:
        return None


def parse_temporal(text: str) -> Temporal | None:
    """The temporal value that the text spells, whichever kind it is; null if none."""
    if len(text) > 100:
        return None
    if "P" in text[:2]:
        return parse_duration(text)
    if "T" in text and not text.startswith("T"):
        return parse_date_time(text) or parse_time(text)
    if ":" in text:
        return parse_time(text)
    return parse_date(text)


def _nanos(fraction: str | None) -> int:
    return int((fraction or "")[:9].ljust(9, "0"))


def _time_parts(text: str) -> tuple[int, int, int | None, str | None] | None:
    match = _TIME.match(text)
    if match is None:
        return None
    hour, minute, second, nano = int(match[1]), int(match[2]), int(match[3]), _nanos(match[4])
    if minute > 59 or second > 59 or hour > 24 or (hour == 24 and (minute or second or nano)):
        return None
    offset: int | None = None
    zone: str | None = None
    place = match[5]
    if place == "Z":
        offset = 0
    elif place and place[0] == "@":
        zone = place[1:]
        if zones.find_zone(zone) is None:
            return None
    elif place:
        parts = [int(part) for part in place[1:].split(":")] + [0]
        if parts[1] > 59 or parts[2] > 59:
            return None
        offset = parts[0] * 3600 + parts[1] * 60 + parts[2]
        if offset > MAX_OFFSET:
            return None
        offset = -offset if place[0] == "-" else offset
    return hour * 3600 + minute * 60 + second, nano, offset, zone
