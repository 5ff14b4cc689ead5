"""The temporal values of FEEL: date, time, date and time, and the two durations; parsing is in `iso`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from . import calendar, zones

DAY = 86_400
NANO = 1_000_000_000


class Temporal:
    """What the five kinds share: they are immutable, hashable and print as FEEL's own text."""

    __slots__ = ("key",)
    feel_type = ""
    key: tuple[object, ...]

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.key == other.key

    def __hash__(self) -> int:
        return hash((self.feel_type, self.key))

    def __repr__(self) -> str:
        return f'@"{self}"'


class Date(Temporal):
    """A calendar day."""

    __slots__ = ("day", "month", "year")
    feel_type = "date"

    def __init__(self, year: int, month: int, day: int) -> None:
        if not calendar.is_date(year, month, day):
            raise ValueError(f"{year}-{month}-{day} is not a date")
        self.year, self.month, self.day = year, month, day
        self.key = (year, month, day)

    @property
    def days(self) -> int:
        """Days since 1970-01-01."""
        return calendar.day_number(self.year, self.month, self.day)

    @classmethod
    def from_days(cls, days: int) -> Date:
        return cls(*calendar.from_day_number(days))

    def plus_months(self, months: int) -> Date:
        return Date(*calendar.add_months(self.year, self.month, self.day, months))

    def __str__(self) -> str:
        return _date_text(self.year, self.month, self.day)


class Time(Temporal):
    """A time of day, local, at an offset or in a named zone."""

    __slots__ = ("nano", "offset", "second_of_day", "zone")
    feel_type = "time"

    def __init__(self, second_of_day: int, nano: int = 0, offset: int | None = None, zone: str | None = None) -> None:
        self.second_of_day, self.nano = second_of_day, nano
        self.zone = zone
        self.offset = zones.time_offset(zone) if zone is not None else offset
        self.key = (second_of_day, nano, self.offset, zone)

    @property
    def hour(self) -> int:
        return self.second_of_day // 3600

    @property
    def minute(self) -> int:
        return self.second_of_day // 60 % 60

    @property
    def second(self) -> int:
        return self.second_of_day % 60

    @property
    def utc_second(self) -> int:
        """The second of the day in UTC; of a local time, as it is."""
        return self.second_of_day - (self.offset or 0)

    def plus_nanos(self, nanos: int) -> Time:
        second, nano = divmod(self.second_of_day * NANO + self.nano + nanos, NANO)
        return Time(second % DAY, nano, self.offset, self.zone)

    def __str__(self) -> str:
        return _time_text(self.second_of_day, self.nano, self.offset, self.zone)


class DateTime(Temporal):
    """A moment on the calendar and the clock, local, at an offset or in a named zone."""

    __slots__ = ("date", "nano", "offset", "second_of_day", "zone")
    feel_type = "date and time"

    def __init__(
        self,
        date: Date,
        second_of_day: int,
        nano: int = 0,
        offset: int | None = None,
        zone: str | None = None,
    ) -> None:
        self.date, self.second_of_day, self.nano, self.zone = date, second_of_day, nano, zone
        if zone is not None and offset is None:
            offset = zones.local_offset(zone, date.days, second_of_day)
        self.offset = offset  # in the hour that repeats when summer time ends, a given offset says which
        self.key = (date.key, second_of_day, nano, self.offset, zone)

    @property
    def year(self) -> int:
        return self.date.year

    @property
    def month(self) -> int:
        return self.date.month

    @property
    def day(self) -> int:
        return self.date.day

    @property
    def time(self) -> Time:
        return Time(self.second_of_day, self.nano, self.offset if self.zone is None else None, self.zone)

    @property
    def is_local(self) -> bool:
        return self.offset is None

    @property
    def instant(self) -> int:
        """Seconds since 1970 in UTC; of a local date and time, as if it were UTC."""
        return self.date.days * DAY + self.second_of_day - (self.offset or 0)

    def plus_months(self, months: int) -> DateTime:
        offset = None if self.zone is not None else self.offset
        return DateTime(self.date.plus_months(months), self.second_of_day, self.nano, offset, self.zone)

    def plus_nanos(self, nanos: int) -> DateTime:
        """The moment that much later on the time line, seen in the same zone."""
        seconds, nano = divmod(self.instant * NANO + self.nano + nanos, NANO)
        return _at_instant(seconds, nano, self.offset, self.zone)

    def to_python(self) -> datetime:
        """As Python's datetime, cut to microseconds; a local one has no zone. ValueError out of its years."""
        tz = zones.python_zone(self.offset, self.zone)
        hour, rest = divmod(self.second_of_day, 3600)
        parts = (self.year, self.month, self.day, hour, rest // 60, rest % 60, self.nano // 1000)
        moment = datetime(*parts, tzinfo=tz)
        is_second = self.zone is not None and _offset_of(moment) != self.offset
        return moment.replace(fold=1) if is_second else moment

    @classmethod
    def from_python(cls, moment: datetime) -> DateTime:
        name = getattr(moment.tzinfo, "key", None)
        zone = name if isinstance(name, str) and name != "UTC" else None
        second = moment.hour * 3600 + moment.minute * 60 + moment.second
        date = Date(moment.year, moment.month, moment.day)
        return cls(date, second, moment.microsecond * 1000, _offset_of(moment), zone)

    def __str__(self) -> str:
        offset = None if self.zone is not None else self.offset
        return f"{self.date}T{_time_text(self.second_of_day, self.nano, offset, self.zone)}"


class DaysDuration(Temporal):
    """A length of time in days, hours, minutes and seconds, kept as nanoseconds."""

    __slots__ = ("nanos",)
    feel_type = "days and time duration"
    LIMIT = 2**63 * NANO

    def __init__(self, nanos: int) -> None:
        if not -self.LIMIT < nanos < self.LIMIT:
            raise ValueError("the duration is too long")
        self.nanos = nanos
        self.key = (nanos,)

    def to_python(self) -> timedelta:
        """As Python's timedelta, cut to microseconds. OverflowError out of its range."""
        return timedelta(microseconds=self.nanos // 1000)

    def __str__(self) -> str:
        seconds, nano = divmod(abs(self.nanos), NANO)
        days, second = divmod(seconds, DAY)
        hours, minutes, second = second // 3600, second // 60 % 60, second % 60
        time = f"{hours}H" if hours else ""
        time += f"{minutes}M" if minutes else ""
        time += f"{second}{_fraction(nano)}S" if second or nano else ""
        text = (f"{days}D" if days else "") + (f"T{time}" if time else "")
        return ("-P" if self.nanos < 0 else "P") + (text or "T0S")


class MonthsDuration(Temporal):
    """A length of time in years and months, kept as months."""

    __slots__ = ("months",)
    feel_type = "years and months duration"
    LIMIT = 2**63

    def __init__(self, months: int) -> None:
        if not -self.LIMIT < months < self.LIMIT:
            raise ValueError("the duration is too long")
        self.months = months
        self.key = (months,)

    def __str__(self) -> str:
        years, months = divmod(abs(self.months), 12)
        text = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
        return ("-P" if self.months < 0 else "P") + (text or "0M")


def midnight_utc(date: Date) -> DateTime:
    """The date and time that FEEL takes for a date where one is needed."""
    return DateTime(date, 0, 0, 0)


def _at_instant(seconds: int, nano: int, offset: int | None, zone: str | None) -> DateTime:
    if zone is not None:
        offset = zones.instant_offset(zone, seconds)
    year, month, day, second = zones.local_of_instant(seconds, offset or 0)
    return DateTime(Date(year, month, day), second, nano, offset, zone)


def from_instant(moment: datetime) -> DateTime:
    """An aware Python datetime as a FEEL date and time (a naive one counts as UTC)."""
    return DateTime.from_python(moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC))


def _offset_of(moment: datetime) -> int | None:
    offset = moment.utcoffset()
    return None if offset is None else offset.days * DAY + offset.seconds


def _date_text(year: int, month: int, day: int) -> str:
    sign = "-" if year < 0 else ""
    return f"{sign}{abs(year):04d}-{month:02d}-{day:02d}"


def _time_text(second: int, nano: int, offset: int | None, zone: str | None) -> str:
    text = f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}{_fraction(nano)}"
    if zone is not None:
        return f"{text}@{zone}"
    if offset is None:
        return text
    if offset == 0:
        return text + "Z"
    sign, east = ("-", -offset) if offset < 0 else ("+", offset)
    seconds = f":{east % 60:02d}" if east % 60 else ""
    return f"{text}{sign}{east // 3600:02d}:{east // 60 % 60:02d}{seconds}"


def _fraction(nano: int) -> str:
    return "" if nano == 0 else f".{nano:09d}".rstrip("0")
