"""When a timer fires: ISO 8601 dates, durations and repetitions, and cron lines; pure arithmetic on a given now."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from engine.core.feel.calendar import add_months
from engine.core.feel.iso import parse_date_time
from engine.core.model.words import say

ENDLESS = -1
_DURATION = re.compile(
    r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:[.,]\d+)?)S)?)?\Z"
)
_CRON_ZONE = re.compile(r"(?:CRON_TZ|TZ)=(\S+)\s+")
_MACROS = {
    "@yearly": "0 0 0 1 1 *",
    "@annually": "0 0 0 1 1 *",
    "@monthly": "0 0 0 1 * *",
    "@weekly": "0 0 0 * * SUN",
    "@daily": "0 0 0 * * *",
    "@midnight": "0 0 0 * * *",
    "@hourly": "0 0 * * * *",
}


class ScheduleError(ValueError):
    """The text is no date, duration, repetition or cron line; the message says what one looks like."""


@dataclass(frozen=True, slots=True)
class Pause:
    """A duration: months are counted on the calendar, the rest in time."""

    months: int
    rest: timedelta

    def after(self, moment: datetime) -> datetime:
        if self.months:
            year, month, day = add_months(moment.year, moment.month, moment.day, self.months)
            moment = moment.replace(year=year, month=month, day=day)
        return moment + self.rest


@dataclass(frozen=True, slots=True)
class Cycle:
    """A repetition: how often (ENDLESS without end), from when, with which pause or cron line, until when."""

    times: int
    start: datetime | None = None
    pause: Pause | None = None
    cron: str = ""
    zone: str = ""
    until: datetime | None = None

    def first(self, now: datetime) -> datetime | None:
        if self.cron:
            return self.following(now)
        assert self.pause is not None
        return self.start if self.start is not None else self.pause.after(now)

    def following(self, due: datetime) -> datetime | None:
        """The firing after the one that was due; None after the last."""
        if self.cron:
            zone: tzinfo = ZoneInfo(self.zone) if self.zone else UTC
            nearest = next(CronSim(self.cron, due.astimezone(zone)), None)
            return None if nearest is None else nearest.astimezone(UTC)
        assert self.pause is not None
        following = self.pause.after(due)
        return None if self.until is not None and following > self.until else following


def read_date(text: str) -> datetime:
    value = parse_date_time(text.strip())
    if value is None:
        try:
            moment = datetime.fromisoformat(text.strip())
        except ValueError:
            raise ScheduleError(say("“%(text)s” is no date. Write it like 2030-01-31T12:00:00Z.", text=text)) from None
    else:
        try:
            moment = value.to_python()
        except (ValueError, OverflowError):
            raise ScheduleError(say("“%(text)s” lies outside the years 1 to 9999.", text=text)) from None
    return moment.astimezone(UTC) if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def read_duration(text: str) -> Pause:
    stripped = text.strip()
    match = _DURATION.match(stripped)
    if match is None or stripped in ("P", "PT") or stripped.endswith("T") or not any(match.groups()):
        raise ScheduleError(say("“%(text)s” is no duration. Write it like PT15M or P1DT2H.", text=text))
    years, months, weeks, days, hours, minutes = (int(part or 0) for part in match.groups()[:6])
    seconds = float((match[7] or "0").replace(",", "."))
    try:
        rest = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        raise ScheduleError(say("“%(text)s” is too long.", text=text)) from None
    if years > 9999:
        raise ScheduleError(say("“%(text)s” is too long.", text=text))
    return Pause(years * 12 + months, rest)


def read_cycle(text: str) -> Cycle:
    stripped = text.strip()
    if not stripped.startswith("R"):
        return _read_cron(stripped)
    count, *parts = stripped.split("/")
    if not re.fullmatch(r"R(-1|\d{0,9})", count) or not 1 <= len(parts) <= 2:
        raise ScheduleError(
            say("“%(text)s” is no repetition. Write it like R3/PT10M or R/2030-01-01T00:00:00Z/P1D.", text=text)
        )
    times = ENDLESS if count in ("R", "R-1") else int(count[1:])
    if len(parts) == 1:
        return Cycle(times, pause=read_duration(parts[0]))
    if parts[0].startswith("P"):
        return Cycle(times, pause=read_duration(parts[0]), until=read_date(parts[1]))
    start = read_date(parts[0])
    if parts[1].startswith("P"):
        return Cycle(times, start=start, pause=read_duration(parts[1]))
    return Cycle(times, start=start, pause=Pause(0, read_date(parts[1]) - start))


def _read_cron(text: str) -> Cycle:
    zone = ""
    match = _CRON_ZONE.match(text)
    if match is not None:
        zone, text = match[1], text[match.end() :]
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise ScheduleError(say("“%(zone)s” is no time zone. Write one like Europe/Berlin.", zone=zone)) from None
    line = _MACROS.get(text, text).replace("?", "*")
    try:
        CronSim(line, datetime(2000, 1, 1, tzinfo=UTC))
    except CronSimError:
        raise ScheduleError(
            say("“%(text)s” is neither a repetition like R3/PT10M nor a cron line like 0 0 9 * * MON-FRI.", text=text)
        ) from None
    return Cycle(ENDLESS, cron=line, zone=zone)
