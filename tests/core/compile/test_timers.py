"""Texts of timers: what is a date, a duration, a repetition or a cron line, and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.compile.timers import is_cron, is_cycle, is_date, is_duration, is_retry_cycle


@pytest.mark.parametrize(
    "text",
    [
        "2030-01-31",
        "2030-01-31T12:00:00",
        "2030-01-31T12:00:00Z",
        "2030-01-31T12:00:00.5+02:00",
        "2030-01-31T12:00:00@Europe/Berlin",
        "2030-01-31T12:00:00+01:00[Europe/Berlin]",
        " 2030-01-31 ",
    ],
)
def test_dates(text: str) -> None:
    assert is_date(text)


@pytest.mark.parametrize("text", ["", "tomorrow", "2030-02-30", "2030-13-01", "12:00", "PT1H", "2030-01-01T12:00:00[x"])
def test_no_dates(text: str) -> None:
    assert not is_date(text)


@pytest.mark.parametrize("text", ["PT1H", "P1D", "P1DT12H", "P1Y2M", "PT0S", "PT1.5S", "P2W"])
def test_durations(text: str) -> None:
    assert is_duration(text)


@pytest.mark.parametrize("text", ["", "P", "PT", "1H", "PT1", "P1H", "R/PT1H", "one hour"])
def test_no_durations(text: str) -> None:
    assert not is_duration(text)


@pytest.mark.parametrize(
    "text",
    [
        "R/PT1H",
        "R3/PT10M",
        "R5/2030-01-01T00:00:00Z/PT1H",
        "R5/PT1H/2030-01-01T00:00:00Z",
        "0 0/5 * * * ?",
        "*/15 * * * *",
        "0 0 12 ? * MON-FRI",
        "0 0 9 1,15 * *",
        "0 15 10 L * ?",
        "0 15 10 ? * 6#3 2030",
        "0 0 0 LW * ?",
        "@daily",
        "0 0 * * SUN",
    ],
)
def test_cycles(text: str) -> None:
    assert is_cycle(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PT1H",
        "R",
        "R/",
        "R-1/PT1H",
        "Rx/PT1H",
        "R3/tomorrow",
        "R3/PT1H/PT1H/PT1H",
        "R3/PT1H/PT2H",
        "* * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 32 * *",
        "* * * 13 *",
        "* * * * 8",
        "*/0 * * * *",
        "a b c d e",
        "? * * * *",
        "1-x * * * *",
        "@sometimes",
    ],
)
def test_no_cycles(text: str) -> None:
    assert not is_cycle(text)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("R3/PT10M", True),
        ("PT1M,PT5M", True),
        ("PT1M, PT5M", True),
        ("", False),
        ("often", False),
        ("PT1M,", False),
    ],
)
def test_retry_cycles(text: str, answer: bool) -> None:
    assert is_retry_cycle(text) is answer


@given(st.text(alphabet="0123456789*/,-?LW#@RPTHMSDAYZ:. ", max_size=40))
def test_any_text_gets_an_answer(text: str) -> None:
    assert {is_date(text), is_duration(text), is_cycle(text), is_cron(text)} <= {True, False}
