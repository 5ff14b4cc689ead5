"""Timers in words and as firings."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.core.compile.timer_words import describe_timer, list_firings

NOW = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)  # a Monday


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("duration", "PT15M", "after 15 minutes"),
        ("duration", "P1Y2M10DT2H30M", "after 1 year, 2 months, 10 days, 2 hours and 30 minutes"),
        ("duration", "PT0.5S", "after 0.5 seconds"),
        ("date", "2030-01-31T12:00:00+02:00", "once, on 31 January 2030 at 10:00 UTC"),
        ("cycle", "R3/PT10M", "every 10 minutes, 3 times"),
        ("cycle", "R2/P1D", "every day, twice"),
        ("cycle", "R1/P1D", "every day, once"),
        ("cycle", "R/2030-01-01T00:00:00Z/P1D", "every day, from 1 January 2030 at 00:00 UTC"),
        ("cycle", "0 0 9 * * MON-FRI", "every Monday to Friday at 09:00, UTC"),
        ("cycle", "TZ=Europe/Berlin 0 30 7 1 * *", "on day 1 of every month at 07:30, Europe/Berlin time"),
        ("cycle", "0 */15 * * * *", "every 15 minutes, UTC"),
        ("cycle", "@hourly", "every hour at minute 0, UTC"),
        ("cycle", "0 0 9 1 1 *", "by the cron line 0 0 9 1 1 *, UTC"),
    ],
)
def test_a_timer_is_told_in_words(kind: str, text: str, words: str) -> None:
    assert describe_timer(kind, text, NOW) == words


def test_the_firings_are_those_of_the_schedule() -> None:
    assert list_firings("cycle", "0 0 9 * * MON-FRI", NOW) == [
        datetime(2026, 3, day, 9, tzinfo=UTC) for day in (3, 4, 5)
    ]
    assert list_firings("cycle", "R2/PT10M", NOW) == [
        datetime(2026, 3, 2, 10, 40, tzinfo=UTC),
        datetime(2026, 3, 2, 10, 50, tzinfo=UTC),
    ]
    assert list_firings("duration", "PT1H", NOW) == [datetime(2026, 3, 2, 11, 30, tzinfo=UTC)]
