"""Hostile texts end at once, in little memory, with a diagnostic, and reach nothing outside."""

from __future__ import annotations

import json
import time
import tracemalloc

import pytest

from engine.core.feel import Diagnostic, ExpressionError, compile_expression, to_json
from tests.core.feel.hostile import HOSTILE

# A guard against hanging. The measure of 100 ms depends on the machine: `python -m bench hostile` has it.
GENEROUS_SECONDS = 3.0
MOST_BYTES = 20_000_000
VARIABLES: dict[str, object] = {
    "x": 5,
    "s": "a" * 1_000,
    "big": "a" * 100_000,
    "items": [{"price": price} for price in range(1_000)],
    "many": [7] * 5_000,
    "c": {"x": 1},
}


def test_there_are_at_least_two_hundred() -> None:
    assert len(set(HOSTILE)) >= 200


def outcome(text: str) -> tuple[tuple[Diagnostic, ...], object]:
    """What was found wrong with a text, while reading it or after, and its value."""
    try:
        expression = compile_expression(text)
    except ExpressionError as error:
        return error.problems, None
    evaluation = expression.evaluate(VARIABLES)
    return evaluation.diagnostics, evaluation.value


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:50]))
def test_hostile_text_ends_with_a_diagnostic(text: str) -> None:
    before = json.dumps(VARIABLES)
    begun = time.thread_time()  # of this thread: others on the machine do not count
    tracemalloc.start()
    try:
        found, value = outcome(text)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found
    assert peak < MOST_BYTES
    assert not callable(value)
    assert time.thread_time() - begun < GENEROUS_SECONDS
    assert json.dumps(VARIABLES) == before


def test_a_value_that_repeats_itself_is_not_written_out_without_end() -> None:
    doubling = "for i in 1..60 return if i = 1 then [1] else [partial[-1], partial[-1]]"
    value = compile_expression(doubling).value({})
    with pytest.raises(ValueError, match="larger than"):
        to_json(value)
