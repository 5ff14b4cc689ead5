"""Dates, times and durations: reading, printing, arithmetic, zones, and Python's own values."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.feel import (
    Date,
    DateTime,
    DaysDuration,
    MonthsDuration,
    Time,
    add,
    from_instant,
    parse_duration,
    parse_temporal,
    subtract,
)
from engine.core.feel.calendar import day_number, from_day_number, iso_week, weekday

Feel = Callable[..., object]


@pytest.mark.parametrize(
    "text",
    [
        "2020-02-29",
        "-2020-01-01",
        "999999999-12-31",
        "-999999999-01-01",
        "10:00:00",
        "10:00:00.123456789",
        "10:00:00Z",
        "10:00:00+05:30",
        "10:00:00-01:00:30",
        "10:00:00@Europe/Paris",
        "2020-02-29T23:59:59.5+02:00",
        "2020-02-29T00:00:00@America/New_York",
        "99999-01-01T00:00:00",
        "P1D",
        "-P1DT2H3M4.5S",
        "PT0S",
        "P1Y2M",
        "-P11M",
    ],
)
def test_text_of_a_value_reads_back_as_it(text: str) -> None:
    value = parse_temporal(text)
    assert value is not None
    assert str(value) == text
    assert parse_temporal(str(value)) == value


@pytest.mark.parametrize(
    "text",
    [
        *("2020-02-30", "2020-13-01", "998-01-01", "01211-01-01", "+99999-01-01", "1000000000-01-01"),
        *("24:00:01", "7:00:00", "10:60:00", "10:00:00+19:00", "10:00:00@No/City", "10:00:00+01:00@Europe/Paris"),
        *("P", "PT", "P1Y1D", "P1.5D", "P-1D", "2020-01-01T", "", " 2020-01-01", "2020-01-01 ", "٢٠٢٠-01-01"),
    ],
)
def test_text_that_is_no_temporal_value_is_null(text: str) -> None:
    assert parse_temporal(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('@"2020-01-31" + @"P1M"', "2020-02-29"),
        ('@"2021-03-31" - @"P1M"', "2021-02-28"),
        ('@"2020-01-01" + @"PT48H"', "2020-01-03"),
        ('@"2020-01-01" - @"PT1M"', "2019-12-31"),
        ('@"2020-01-01T23:00:00" + @"PT2H"', "2020-01-02T01:00:00"),
        ('@"23:00:00" + @"PT2H"', "01:00:00"),
        ('@"2020-01-02" - @"2020-01-01"', "P1D"),
        ('@"2020-01-02T00:00:00Z" - @"2020-01-01T00:00:00+01:00"', "P1DT1H"),
        ('@"P1D" * 2.5', "P2DT12H"),
        ('@"P1Y" / 2', "P6M"),
        ('-@"P1D"', "-P1D"),
        ('@"P1D" + @"PT1H"', "P1DT1H"),
        ('@"2021-03-28T01:30:00@Europe/Paris" + @"PT1H"', "2021-03-28T03:30:00@Europe/Paris"),
        ('@"2021-10-31T02:30:00@Europe/Paris" + @"PT1H"', "2021-10-31T02:30:00@Europe/Paris"),
        ('date and time(@"2021-06-01T12:00:00Z", "America/New_York")', "2021-06-01T08:00:00@America/New_York"),
        ('time(@"2020-01-01T10:00:00@Europe/Paris")', "10:00:00@Europe/Paris"),
        ('@"2020-01-01T24:00:00"', "2020-01-02T00:00:00"),
    ],
)
def test_temporal_arithmetic(feel: Feel, text: str, value: str) -> None:
    assert str(feel(text)) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('@"P1D" / @"PT6H"', 4),
        ('@"2020-01-01T00:00:00" - @"2020-01-01T00:00:00Z"', None),
        ('@"2020-01-01" + 1', None),
        ('@"999999999-12-31" + @"P1D"', None),
        ('@"2020-01-01T00:00:00@Europe/Paris" = @"2020-01-01T00:00:00+01:00"', True),
        ('@"2020-07-01T00:00:00@Europe/Paris".time offset = @"PT2H"', True),
        ('@"-P1DT2H".hours', -2),
        ('@"P14M".years', 1),
        ('@"2020-01-01".weekday', 3),
        ('@"2020-01-01".hour', None),
        ('now() - now() = duration("PT0S")', True),
        ('today() = @"2024-03-01"', True),
    ],
)
def test_temporal_answers(feel: Feel, text: str, value: object) -> None:
    assert feel(text) == value


def test_python_datetime_there_and_back() -> None:
    moment = datetime(2024, 7, 1, 12, 30, 15, 250_000, tzinfo=ZoneInfo("Europe/Paris"))
    value = from_instant(moment)
    assert str(value) == "2024-07-01T12:30:15.25@Europe/Paris"
    assert value.to_python() == moment
    assert from_instant(datetime(2024, 1, 1, tzinfo=UTC)).to_python() == datetime(2024, 1, 1, tzinfo=UTC)


def test_the_repeated_hour_keeps_its_instant() -> None:
    first = parse_temporal("2021-10-31T00:30:00Z")
    assert isinstance(first, DateTime)
    in_paris = from_instant(first.to_python().astimezone(ZoneInfo("Europe/Paris")))
    later = add(in_paris, parse_duration("PT1H"))
    assert isinstance(later, DateTime)
    assert later.instant == first.instant + 3600
    assert later.to_python().astimezone(UTC) == first.to_python() + timedelta(hours=1)
    assert subtract(later, in_paris) == DaysDuration(3600 * 10**9)


def test_duration_as_python_timedelta() -> None:
    value = parse_duration("P1DT2H3M4.5S")
    assert isinstance(value, DaysDuration)
    assert value.to_python() == timedelta(days=1, hours=2, minutes=3, seconds=4.5)


@given(st.integers(min_value=-365_000_000_000, max_value=365_000_000_000))
def test_day_numbers_there_and_back(days: int) -> None:
    assert day_number(*from_day_number(days)) == days


@given(st.dates())
def test_calendar_agrees_with_python(day: date) -> None:
    number = day_number(day.year, day.month, day.day)
    assert number == (day - date(1970, 1, 1)).days
    assert weekday(number) == day.isoweekday()
    assert iso_week(day.year, day.month, day.day) == day.isocalendar().week


def test_zones_know_the_years_before_and_behind_python() -> None:
    assert str(parse_temporal("99999-07-01T00:00:00@Europe/Paris")) == "99999-07-01T00:00:00@Europe/Paris"
    far = parse_temporal("99999-07-01T00:00:00@Europe/Paris")
    assert isinstance(far, DateTime)
    assert far.offset == 7200


def test_values_are_hashable_and_kinds_differ() -> None:
    values = {Date(2020, 1, 1), Time(0), DateTime(Date(2020, 1, 1), 0), DaysDuration(0), MonthsDuration(0)}
    assert len(values) == 5
    assert Date(2020, 1, 1) in values
    assert DaysDuration(0) != MonthsDuration(0)
