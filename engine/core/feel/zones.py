"""Offsets of named time zones for any year; the only file that asks the time zone database."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from .calendar import from_day_number

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+\-]*(/[A-Za-z0-9_+\-]+)*\Z")
_CYCLE_DAYS = 146_097  # 400 Gregorian years: the same dates fall on the same weekdays, so zone rules repeat
_EPOCH_UTC = datetime(1970, 1, 1, tzinfo=UTC)
_STANDARD_DAY = 10_957  # 2000-01-01, the day whose offset a time of day without a date has


@lru_cache(maxsize=256)
def find_zone(name: str) -> ZoneInfo | None:
    """The zone of that name, or null."""
    if len(name) > 60 or not _NAME.match(name):
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def _within_datetime(days: int) -> int:
    """A day in the years that datetime has, with the same rules as the day given."""
    if -680_000 < days < 2_900_000:  # the years 109 to 9909
        return days
    cycles = -((days + 300_000) // _CYCLE_DAYS) if days < 0 else -((days - 2_600_000) // _CYCLE_DAYS)
    return days + cycles * _CYCLE_DAYS


def local_offset(name: str, days: int, second: int) -> int:
    """Seconds east of UTC at a wall-clock moment in the zone."""
    zone = find_zone(name)
    if zone is None:
        return 0
    moment = _EPOCH_UTC + timedelta(days=_within_datetime(days), seconds=second)
    return _seconds(moment.replace(tzinfo=zone).utcoffset())


def instant_offset(name: str, seconds: int) -> int:
    """Seconds east of UTC at an instant, given in seconds since 1970 UTC."""
    zone = find_zone(name)
    if zone is None:
        return 0
    days, second = divmod(seconds, 86_400)
    moment = _EPOCH_UTC + timedelta(days=_within_datetime(days), seconds=second)
    return _seconds(moment.astimezone(zone).utcoffset())


def time_offset(name: str) -> int:
    """The offset that a time of day in the zone is compared with: its standard one."""
    return local_offset(name, _STANDARD_DAY, 0)


def _seconds(offset: timedelta | None) -> int:
    return 0 if offset is None else offset.days * 86_400 + offset.seconds


def python_zone(offset: int | None, zone: str | None) -> tzinfo | None:
    """The zone as Python has it."""
    if zone is not None:
        return find_zone(zone)
    if offset is None:
        return None
    return UTC if offset == 0 else timezone(timedelta(seconds=offset))


def local_of_instant(seconds: int, offset: int) -> tuple[int, int, int, int]:
    """Year, month, day and second of the day of an instant seen at an offset."""
    days, second = divmod(seconds + offset, 86_400)
    return (*from_day_number(days), second)
