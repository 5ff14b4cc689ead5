"""Texts of timers are judged as they will be read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.compile.timers import find_problem, is_date, is_retry_cycle
from engine.core.model.diagram import Definition, Formula


def problem(timer: str, text: str, language: str = "static") -> str:
    formula = Formula(text, language)  # type: ignore[arg-type]
    return find_problem(Definition("timer", timer=timer, formula=formula))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("timer", "text"),
    [
        ("date", "2030-01-31T12:00:00Z"),
        ("date", "2030-01-31T12:00:00+02:00"),
        ("date", "2030-01-31"),
        ("duration", "PT1H"),
        ("duration", "P1DT12H"),
        ("duration", "P2W"),
        ("duration", "PT0S"),
        ("cycle", "R/PT1H"),
        ("cycle", "R3/2030-01-01T00:00:00Z/PT10M"),
        ("cycle", "0 0 9 * * MON-FRI"),
        ("cycle", "0 0/5 * * * ?"),
        ("cycle", "@daily"),
    ],
)
def test_what_can_run_is_no_problem(timer: str, text: str) -> None:
    assert problem(timer, text) == ""


@pytest.mark.parametrize(
    ("timer", "text"),
    [
        ("date", "tomorrow"),
        ("date", "2030-02-30"),
        ("date", "PT1H"),
        ("duration", "1H"),
        ("duration", "P"),
        ("duration", "R/PT1H"),
        ("duration", "PT" + "9" * 5000 + "M"),
        ("cycle", "PT1H"),
        ("cycle", "R/"),
        ("cycle", "60 * * * *"),
        ("cycle", "@sometimes"),
        ("", "PT1H"),
        ("date", ""),
    ],
)
def test_what_cannot_run_is_a_sentence(timer: str, text: str) -> None:
    assert problem(timer, text).endswith(".")


def test_an_expression_is_known_only_at_run_time() -> None:
    assert problem("date", "start + x", "feel") == ""


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
@settings(deadline=None)
def test_any_text_gets_an_answer(text: str) -> None:
    assert isinstance(problem("cycle", text), str)
    assert isinstance(problem("duration", text), str)
    assert {is_date(text), is_retry_cycle(text)} <= {True, False}
