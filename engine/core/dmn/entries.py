"""Unary tests of constants, read so that a whole column can be indexed; all other tests stay expressions."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal, NamedTuple

from engine.core.feel import (
    FUNCTIONS,
    Budget,
    Date,
    DaysDuration,
    ExpressionError,
    FeelType,
    MonthsDuration,
    Range,
    equal,
    parse_date,
    parse_date_time,
    parse_duration,
    parse_time,
    passes,
    tree,
)
from engine.core.feel.names import NameTable
from engine.core.feel.parser import Parser

_BUILTIN_NAMES = NameTable(FUNCTIONS)
_CONSTRUCTORS = {
    "date": parse_date,
    "time": parse_time,
    "date and time": parse_date_time,
    "duration": parse_duration,
}

# The kinds of values that have one order, by which a column can be searched.
GROUPS: dict[type, str] = {
    int: "number",
    Decimal: "number",
    str: "string",
    Date: "date",
    DaysDuration: "days",
    MonthsDuration: "months",
}
# One value of each.
SAMPLES: dict[str, object] = {
    "number": 0,
    "string": "",
    "date": Date(2000, 1, 1),
    "days": DaysDuration(0),
    "months": MonthsDuration(0),
}


class Span(NamedTuple):
    """The values of one group between two ends; an end that is missing is open."""

    low: object
    high: object
    low_included: bool
    high_included: bool


class ConstantTests(NamedTuple):
    """Tests that depend on nothing but the value: literals, ranges and comparisons."""

    tests: tuple[object, ...]
    is_negated: bool

    def passes(self, value: object) -> bool:
        """Does the value pass, by the rules of FEEL?"""
        answer: bool | None = False
        for test in self.tests:
            verdict = _verdict(test, value)
            if verdict is True:
                return not self.is_negated
            if verdict is None:
                answer = None
        return answer is False if self.is_negated else False

    def spans(self, group: str) -> list[Span]:
        """The values of the group that the tests name."""
        return [span for test in self.tests for span in _spans_of(test, group)]

    def elsewhere(self, group: str) -> Literal[False] | None:
        """What the tests say of any value of the group that none of them names."""
        others = [_verdict(test, SAMPLES[group]) for test in self.tests if not _spans_of(test, group)]
        return None if None in others else False  # a test of another kind of value never passes


def read_tests(
    text: str, names: Mapping[str, FeelType], types: Mapping[str, FeelType], budget: Budget
) -> ConstantTests | None:
    """The tests if they are constant; nothing where they are not, or do not parse."""
    if text == "-":
        return ConstantTests((), True)
    try:
        node = Parser(text, names, types, budget, _BUILTIN_NAMES).whole_unary_tests()
    except (ExpressionError, RecursionError):
        return None
    found: list[object] = []
    for test in node.tests:
        is_known, value = _constant_test(test, names)
        if not is_known:
            return None
        found.append(value)
    return ConstantTests(tuple(found), node.is_negated)


def read_constant(text: str, names: Mapping[str, FeelType], budget: Budget) -> tuple[bool, object]:
    """Is the expression a constant, and which?"""
    try:
        return _constant(Parser(text, names, budget=budget, base=_BUILTIN_NAMES).whole_expression(), names)
    except (ExpressionError, RecursionError):
        return False, None


def _constant_test(node: tree.Node, names: Mapping[str, FeelType]) -> tuple[bool, object]:
    match node:
        case tree.Comparison(operator=operator, operand=operand):
            is_known, value = _constant(operand, names)
            return is_known and value is not None, Range.compared(operator, value)
        case tree.Interval():
            low_known, low = _constant(node.low, names)
            high_known, high = _constant(node.high, names)
            span = Range(low, high, node.low_included, node.high_included)
            is_ordered = low is not None and high is not None and _group(low) == _group(high) != ""
            return low_known and high_known and is_ordered, span
    return _constant(node, names)


def _constant(node: tree.Node, names: Mapping[str, FeelType]) -> tuple[bool, object]:
    """Is the node a constant, and which?"""
    match node:
        case tree.Literal(value=value):
            return True, value
        case tree.Negate(operand=tree.Literal(value=int() | Decimal() as value)) if not isinstance(value, bool):
            return True, -value
        case tree.Call(callee=tree.Name(name=name), arguments=[tree.Literal(value=str() as text)], names=None) if (
            name in _CONSTRUCTORS and name not in names
        ):
            value = _CONSTRUCTORS[name](text)
            return value is not None, value
    return False, None


def _group(value: object) -> str:
    return GROUPS.get(type(value), "")


def _verdict(test: object, value: object) -> bool | None:
    """What one test says of the value."""
    return passes(value, test) if isinstance(test, Range) else equal(value, test)


def _spans_of(test: object, group: str) -> list[Span]:
    if isinstance(test, Range):
        if _group(test.end if test.start is None else test.start) != group:
            return []
        if test.operator == "!=":
            return [Span(None, test.start, False, False), Span(test.start, None, False, False)]
        return [Span(test.start, test.end, test.start_included, test.end_included)]
    return [Span(test, test, True, True)] if _group(test) == group else []
