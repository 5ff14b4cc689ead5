"""Built-in functions on dates, times and durations."""

from __future__ import annotations

from engine.core.feel import calendar, iso, zones
from engine.core.feel.errors import FeelError
from engine.core.feel.numbers import Number
from engine.core.feel.runtime import Run
from engine.core.feel.signatures import builtin
from engine.core.feel.temporal import (
    NANO,
    Date,
    DateTime,
    DaysDuration,
    MonthsDuration,
    Temporal,
    Time,
    midnight_utc,
)
from engine.core.feel.text import to_text
from engine.core.model.words import say

_D = "date and time"
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


def _known(value: Temporal | None, text: str, kind: str) -> Temporal:
    if value is None:
        raise FeelError(f"'{text[:40]}' is no {kind}")
    return value


@builtin(
    "date",
    "from: string",
    "date",
    _D,
    say("A date from its text, from a date and time, or from year, month and day."),
    'date("2012-12-25").year = 2012',
)
def date_from_text(text: str) -> Temporal:
    return _known(iso.parse_date(text), text, "date")


@builtin("date", "from: temporal", "date", _D)
def date_from_value(value: Temporal) -> Date:
    if isinstance(value, DateTime):
        return value.date
    if isinstance(value, Date):
        return value
    raise FeelError(f"{value.feel_type} has no date")


@builtin("date", "year: number, month: number, day: number", "date", _D)
def date_of_parts(year: Number, month: Number, day: Number) -> Date:
    if int(year) != year or int(month) != month or int(day) != day:
        raise FeelError("year, month and day must be whole numbers")
    return Date(int(year), int(month), int(day))


@builtin(
    "time",
    "from: string",
    "time",
    _D,
    say("A time from its text, from a date and time, or from hour, minute, second and offset."),
    'time("23:59:00").hour = 23',
)
def time_from_text(text: str) -> Temporal:
    return _known(iso.parse_time(text), text, "time")


@builtin("time", "from: temporal", "time", _D)
def time_from_value(value: Temporal) -> Time:
    if isinstance(value, DateTime):
        return value.time
    if isinstance(value, Time):
        return value
    if isinstance(value, Date):
        return midnight_utc(value).time
    raise FeelError(f"{value.feel_type} has no time")


@builtin("time", "hour: number, minute: number, second: number, offset?: days and time duration|null", "time", _D)
def time_of_parts(hour: Number, minute: Number, second: Number, offset: DaysDuration | None = None) -> Time:
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60):
        raise FeelError("there is no such time of day")
    if int(hour) != hour or int(minute) != minute:
        raise FeelError("hour and minute must be whole numbers")
    east = None if offset is None else offset.nanos // NANO
    if east is not None and abs(east) > iso.MAX_OFFSET:
        raise FeelError("the offset is more than 18 hours")
    whole = int(second)
    nano = int((second - whole) * NANO)
    return Time(int(hour) * 3600 + int(minute) * 60 + whole, nano, east)


@builtin(
    "date and time",
    "from: string",
    "date and time",
    _D,
    say("A date and time from its text, or from a date and a time."),
    'date and time("2012-12-24T23:59:00").day = 24',
)
def date_time_from_text(text: str) -> Temporal:
    return _known(iso.parse_date_time(text), text, "date and time")


@builtin("date and time", "from: temporal", "date and time", _D)
def date_time_from_value(value: Temporal) -> DateTime:
    if isinstance(value, Date):
        return midnight_utc(value)
    if isinstance(value, DateTime):
        return value
    raise FeelError(f"{value.feel_type} has no date")


@builtin("date and time", "date: temporal, time: time", "date and time", _D)
def date_time_of_both(date: Temporal, time: Time) -> DateTime:
    offset = None if time.zone is not None else time.offset
    day = date.date if isinstance(date, DateTime) else date
    if not isinstance(day, Date):
        raise FeelError(f"{date.feel_type} has no date")
    return DateTime(day, time.second_of_day, time.nano, offset, time.zone)


@builtin("date and time", "date: date and time, timezone: string", "date and time", _D)
def date_time_in_zone(moment: DateTime, timezone: str) -> DateTime:
    """The same moment seen in another zone (an addition of Camunda)."""
    if zones.find_zone(timezone) is None:
        raise FeelError(f"there is no time zone '{timezone[:40]}'")
    if moment.is_local:
        return DateTime(moment.date, moment.second_of_day, moment.nano, None, timezone)
    offset = zones.instant_offset(timezone, moment.instant)
    year, month, day, second = zones.local_of_instant(moment.instant, offset)
    return DateTime(Date(year, month, day), second, moment.nano, None, timezone)


@builtin("duration", "from: string", "Any", _D, say("A duration from its text."), 'duration("P1DT2H").hours = 2')
def duration(text: str) -> Temporal:
    return _known(iso.parse_duration(text), text, "duration")


@builtin("duration", "from: temporal", "Any", _D)
def duration_itself(value: Temporal) -> Temporal:
    if isinstance(value, (DaysDuration, MonthsDuration)):
        return value
    raise FeelError(f"{value.feel_type} is no duration")


@builtin(
    "cycle",
    "repetitions: integer|null, period: temporal",
    "string",
    _D,
    say("The repetition of a timer, without end where no number is given."),
    'cycle(3, duration("PT1H")) = "R3/PT1H"',
)
def cycle(repetitions: int | None, period: Temporal) -> str:
    return _cycle("" if repetitions is None else str(repetitions), period)


@builtin("cycle", "period: temporal", "string", _D)
def endless_cycle(period: Temporal) -> str:
    return _cycle("", period)


def _cycle(times: str, period: Temporal) -> str:
    if not isinstance(period, (DaysDuration, MonthsDuration)):
        raise FeelError(f"{period.feel_type} is no duration")
    return f"R{times}/{to_text(period)}"


@builtin(
    "years and months duration",
    "from: temporal, to: temporal",
    "years and months duration",
    _D,
    say("The whole months between two dates."),
    'years and months duration(date("2011-12-22"), date("2013-08-24")) = duration("P1Y8M")',
)
def years_and_months_duration(start: Temporal, end: Temporal) -> MonthsDuration:
    if not isinstance(start, (Date, DateTime)) or not isinstance(end, (Date, DateTime)):
        raise FeelError("two dates are needed")
    sign = 1
    if (start.year, start.month, start.day) > (end.year, end.month, end.day):
        start, end, sign = end, start, -1
    months = (end.year - start.year) * 12 + end.month - start.month
    return MonthsDuration(sign * (months - (end.day < start.day)))


@builtin("now", "", "date and time", _D, say("This moment."), 'now() > date and time("2020-01-01T00:00:00Z")')
def now(run: Run) -> DateTime:
    if run.now is None:
        raise FeelError("the moment is not known here", "no-clock")
    return run.now


@builtin("today", "", "date", _D, say("This day."), 'today() > date("2020-01-01")')
def today(run: Run) -> Date:
    return now(run).date  # type: ignore[no-any-return, attr-defined]


@builtin(
    "day of week",
    "date: date",
    "string",
    _D,
    say("The name of the day."),
    'day of week(date(2019, 9, 17)) = "Tuesday"',
)
def day_of_week(date: Date) -> str:
    return _DAYS[calendar.weekday(date.days) - 1]


@builtin(
    "day of year",
    "date: date",
    "number",
    _D,
    say("The number of the day in its year."),
    "day of year(date(2019, 9, 17)) = 260",
)
def day_of_year(date: Date) -> int:
    return date.days - calendar.day_number(date.year, 1, 1) + 1


@builtin(
    "week of year",
    "date: date",
    "number",
    _D,
    say("The number of the week in its year, as ISO 8601 counts."),
    "week of year(date(2019, 9, 17)) = 38",
)
def week_of_year(date: Date) -> int:
    return calendar.iso_week(date.year, date.month, date.day)


@builtin(
    "month of year",
    "date: date",
    "string",
    _D,
    say("The name of the month."),
    'month of year(date(2019, 9, 17)) = "September"',
)
def month_of_year(date: Date) -> str:
    return _MONTHS[date.month - 1]


@builtin(
    "last day of month",
    "date: date",
    "date",
    _D,
    say("The last day of the date's month."),
    "last day of month(date(2024, 2, 1)) = date(2024, 2, 29)",
)
def last_day_of_month(date: Date) -> Date:
    return Date(date.year, date.month, calendar.days_in_month(date.year, date.month))


@builtin(
    "from unix timestamp",
    "timestamp: integer",
    "date and time",
    _D,
    say("The moment so many milliseconds after 1970 began."),
    'from unix timestamp(0) = @"1970-01-01T00:00:00Z"',
)
def from_unix_timestamp(timestamp: int) -> DateTime:
    return DateTime(Date(1970, 1, 1), 0, 0, 0).plus_nanos(timestamp * 1_000_000)


@builtin(
    "unix timestamp",
    "date: date and time",
    "number",
    _D,
    say("The milliseconds since 1970 began."),
    'unix timestamp(@"1970-01-01T00:00:01Z") = 1000',
)
def unix_timestamp(moment: DateTime) -> int:
    return moment.instant * 1000 + moment.nano // 1_000_000
