"""The index of a column answers as the expressions of its entries would, one by one."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.dmn.columns import Column
from engine.core.dmn.entries import ConstantTests, read_constant, read_tests
from engine.core.feel import ANY, DEFAULT_BUDGET, compile_unary_tests, parse_date, parse_date_time, parse_duration

NUMBERS = st.integers(-4, 4).map(str) | st.sampled_from(["0.5", "-1.25", "2.0", "1e1"])
TEXTS = st.sampled_from(['"a"', '"b"', '"bb"', '""', '"Z"'])
DATES = st.sampled_from(['date("2024-02-29")', '@"2024-03-01"', '@"-0001-01-01"', '@"2024-03-01T00:00:00"'])
DURATIONS = st.sampled_from(['duration("P1D")', '@"PT24H"', '@"P1Y"', '@"P12M"', '@"-PT1S"'])
OTHERS = st.sampled_from(["true", "false", "null", '@"10:00:00"'])


def unary_of(ends: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    compared = st.builds("{} {}".format, st.sampled_from(["<", "<=", ">", ">=", "=", "!="]), ends)
    ranged = st.builds("{}{}..{}{}".format, st.sampled_from("[(]"), ends, ends, st.sampled_from("])["))
    return ends | compared | ranged


TESTS = st.one_of(unary_of(NUMBERS), unary_of(TEXTS), unary_of(DATES), unary_of(DURATIONS), OTHERS)
LISTS = st.lists(TESTS, min_size=1, max_size=3).map(", ".join)
ENTRIES = LISTS | LISTS.map("not({})".format) | st.just("-")
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 11),
    st.sampled_from([Decimal("0.5"), Decimal("-1.25"), Decimal("1E+1")]),
    st.sampled_from(["a", "b", "bb", "", "Z", "ab"]),
    st.sampled_from([parse_date("2024-02-29"), parse_date("2024-03-01"), parse_date("-0001-01-01")]),
    st.just(parse_date_time("2024-03-01T00:00:00")),
    st.sampled_from([parse_duration("P1D"), parse_duration("P1Y"), parse_duration("-PT1S")]),
    st.sampled_from([[], [1], ["a", None], {}, {"a": 1}]),
)


@given(st.lists(ENTRIES, min_size=1, max_size=8), st.lists(VALUES, min_size=1, max_size=8))
@settings(max_examples=300, deadline=None)
def test_index_and_expressions_agree(entries: list[str], values: list[object]) -> None:
    constants = [(read_tests(text, {}, {}, DEFAULT_BUDGET), 1 << bit) for bit, text in enumerate(entries)]
    kept = [(tests, bit) for tests, bit in constants if tests is not None]
    column = Column(kept, [])
    for value in values:
        found = column.match(value)
        for text, (tests, bit) in zip(entries, constants, strict=True):
            if tests is not None:
                assert bool(found & bit) == compile_unary_tests(text).test(value), (text, value)


@pytest.mark.parametrize(
    "text", ["1", "-1", '"a"', "< 5", "[1..2]", 'not("a", null)', "-", 'date("2024-01-01")', "true"]
)
def test_constants_are_read_as_such(text: str) -> None:
    assert isinstance(read_tests(text, {}, {}, DEFAULT_BUDGET), ConstantTests)


@pytest.mark.parametrize("text", ["x", "< x", "? > 5", "[1..x]", "1 + 1", 'date("x")', "f(1)", "1 2", "[2..]", "["])
def test_what_is_no_constant_stays_an_expression(text: str) -> None:
    assert read_tests(text, {}, {}, DEFAULT_BUDGET) is None


def test_variable_hides_the_constructor_of_its_name() -> None:
    assert read_constant('date("2024-01-01")', {}, DEFAULT_BUDGET) == (True, parse_date("2024-01-01"))
    assert read_constant('date("2024-01-01")', {"date": ANY}, DEFAULT_BUDGET) == (False, None)
