"""Tests of an input value, as the cells of a decision table hold them."""

from __future__ import annotations

import pytest

from engine.core.feel import compile_unary_tests, parse_temporal, to_json


@pytest.mark.parametrize(
    ("text", "value", "passes"),
    [
        ("-", 1, True),
        ("5", 5, True),
        ("5", 5.0, True),
        ("5", "5", False),
        ('"a", "b"', "b", True),
        ('"a", "b"', "c", False),
        ('not("a", "b")', "c", True),
        ('not("a", "b")', "a", False),
        ("not(< 3)", 5, True),
        ("< 5", 3, True),
        ("< 5", None, False),
        (">= 5, < 2", 1, True),
        ("[1..5]", 5, True),
        ("[1..5)", 5, False),
        ("]1..5]", 1, False),
        ("[1.5..2.5]", 2, True),
        ("null", None, True),
        ("null", 1, False),
        ("true", True, True),
        ("false", False, True),
        ("false", True, False),
        ("not(true)", False, True),
        ("? > 3", 4, True),
        ("? > 3 and ? < 5", 6, False),
        ("odd(?)", 3, True),
        ("odd(?)", 2, False),
        ('starts with(?, "a"), "b"', "abc", True),
        ("limit", 10, True),
        ("< limit * 2", 19, True),
        ("[limit..20]", 15, True),
        ("limits", 3, True),
        ("[1, 2]", [1, 2], True),
        ("[1, 2, 3]", 2, True),
        ('date("2020-01-01")', parse_temporal("2020-01-01"), True),
        ('> date("2020-01-01")', parse_temporal("2020-01-02"), True),
        ("count(?) > 1", [1, 2], True),
        ("not(count(?) > 1)", [1, 2], False),
    ],
)
def test_unary_tests(text: str, value: object, passes: bool) -> None:
    tests = compile_unary_tests(text, names=("limit", "limits"))
    assert tests.test(value, {"limit": 10, "limits": [1, 2, 3]}) is passes


def test_the_input_is_a_variable_too() -> None:
    tests = compile_unary_tests("> 3")
    assert tests.value({"?": 4}) is True
    assert tests.names == {"?"}


def test_values_become_json() -> None:
    value = {"a": [1, parse_temporal("2020-01-01")], "b": parse_temporal("P1D"), "c": 1.5, "d": None}
    assert to_json(value) == {"a": [1, "2020-01-01"], "b": "P1D", "c": 1.5, "d": None}
