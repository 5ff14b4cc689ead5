"""Lists, contexts, filters, loops, choices, functions and types."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine.core.feel import (
    DATE_TIME,
    NUMBER,
    STRING,
    ContextType,
    Function,
    ListType,
    Parameter,
    compile_expression,
    conform,
    parse_temporal,
    parse_type,
)

Feel = Callable[..., object]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[1, 2, 3][1]", 1),
        ("[1, 2, 3][-1]", 3),
        ("[1, 2, 3][4]", None),
        ("[1, 2, 3][n]", 2),
        ("[1, 2, 3][count([1, 2])]", 2),
        ("[1, 2, 3][item > 1]", [2, 3]),
        ("[1, 2, 3][odd(item)]", [1, 3]),
        ("[true, false][item]", [True]),
        ("[][1]", None),
        ("[][n]", None),
        ("[][item > 1]", []),
        ("5[1]", 5),
        ("5[item > 3]", [5]),
        ("null[1]", None),
        ('[1, 2]["a"]', None),
        ("[{a: 1}, {a: 2}].a", [1, 2]),
        ("[[1, 2], [3]][1][2]", 2),
        ("{a: {b: [1, {c: 5}]}}.a.b[2].c", 5),
        ("{a: 1}.b", None),
        ("for i in 1..3 return i", [1, 2, 3]),
        ("for i in 3..1 return i", [3, 2, 1]),
        ("for i in [1..3) return i", [1, 2]),
        ("for i in -1..1 return i", [-1, 0, 1]),
        ("for i in 5 return i", [5]),
        ("for i in null return i", None),
        ("for i in 1..2, j in null return i", None),
        ('for i in "a".."b" return i', None),
        ("for i in [], j in [1] return i", []),
        ("for i in 1..4 return if i = 1 then 1 else i * partial[-1]", [1, 2, 6, 24]),
        ("for i in 1..3 return partial", [[], [[]], [[], [[]]]]),
        ("some x in [1, 2] satisfies x > 1", True),
        ("some x in [] satisfies true", False),
        ("every x in [] satisfies false", True),
        ("every x in [1, null] satisfies x > 0", None),
        ("some x in [1, null] satisfies x > 0", True),
        ('some x in [1, 2] satisfies if x = 1 then "no" else true', None),
        ("some x in [1, 2], y in [2, 3] satisfies x + y = 5", True),
        ("every x in null satisfies true", None),
        ("if null then 1 else 2", 2),
        ("if 1 then 1 else 2", 2),
        ('if n = 1 then "a" else if n = 2 then "b" else "c"', "b"),
        ("(function(a, b) a - b)(3, 1)", 2),
        ("(function(a, b) a - b)(b: 3, a: 1)", -2),
        ("(function(a) a)()", None),
        ('(function(a: number) a)("x")', None),
        ("(function(a: number) a)([1])", 1),
        ("(function(a: list<number>) a)(1)", [1]),
        ("{f: function(n) if n < 2 then 1 else n * f(n - 1), r: f(20)}.r", 2432902008176640000),
        ("(for x in [1, 2] return function(y) x * y)[1](10)", 10),
        ("{add: function(a) function(b) a + b, r: add(1)(2)}.r", 3),
        ("{apply: function(f, x) f(x), r: apply(abs, -3)}.r", 3),
        ("n(1)", None),
        ("nothing(1)", None),
        ("abs(1, 2)", None),
        ("abs(m: 1)", None),
        ("sort([3, 1, 2], function(x, y) x > y)", [3, 2, 1]),
    ],
)
def test_structures(feel: Feel, text: str, value: object) -> None:
    assert feel(text, n=2) == value


def test_loops_may_be_nested_deeper_than_python_has_blocks(feel: Feel) -> None:
    depth = 30
    text = "".join(f"for a{i} in [{i}] return " for i in range(depth)) + "a0 + a29"
    value = feel(text)
    for _ in range(depth):
        assert isinstance(value, list)
        value = value[0]
    assert value == 29


def test_filters_and_conditions_may_be_nested_too(feel: Feel) -> None:
    text = "[1]"
    for _ in range(25):
        text = f"[1][item in {text}]"
    assert feel(text) == [1]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 instance of number", True),
        ("null instance of Any", False),
        ("true instance of number", False),
        ("[1, 2] instance of list<number>", True),
        ('[1, "a"] instance of list<number>', False),
        ("{a: 1, b: 2} instance of context<a: number>", True),
        ("{a: 1} instance of context<a: string>", False),
        ("[1..2] instance of range<number>", True),
        ("[1..2] instance of range<string>", False),
        ("(function(a: number) a) instance of function<number> -> Any", True),
        ("(function(a: number) a) instance of function<string> -> Any", False),
        ("abs instance of function<Any> -> Any", True),
        ('@"2020-01-01" instance of date', True),
        ('@"2020-01-01" instance of date and time', False),
        ('@"P1D" instance of days and time duration', True),
        ('@"P1M" instance of years and months duration', True),
        ("1 instance of tPrice", True),
        ('"a" instance of my type', True),
    ],
)
def test_instance_of(text: str, value: object) -> None:
    types = {"tPrice": NUMBER, "my type": STRING}
    assert compile_expression(text, types=types).value({}) is value


def test_types_read_from_text_print_as_written() -> None:
    for text in ("list<context<a: number, b: list<Any>>>", "function<number, string> -> date and time"):
        assert str(parse_type(text)) == text


@pytest.mark.parametrize(
    ("value", "type_text", "expected"),
    [
        ([1], "number", 1),
        (1, "list<number>", [1]),
        ("a", "number", None),
        ([1, "a"], "list<number>", None),
        ([1, 2], "number", None),
        ({"a": [1]}, "context<a: number>", None),
        ({}, "context<a: number>", None),
        (None, "number", None),
        (True, "number", None),
        (1.5, "number", 1.5),
    ],
)
def test_values_are_coerced_to_types(value: object, type_text: str, expected: object) -> None:
    assert conform(value, parse_type(type_text)) == expected


def test_a_date_becomes_its_midnight_in_utc() -> None:
    assert conform(parse_temporal("2020-01-01"), DATE_TIME) == parse_temporal("2020-01-01T00:00:00Z")


def test_coercion_never_changes_what_it_was_given() -> None:
    given: dict[str, object] = {"a": [1]}
    conform(given, ContextType({"a": NUMBER}))
    conform([given], ListType(ContextType({"a": NUMBER})))
    assert given == {"a": [1]}


def test_an_expression_can_be_the_body_of_a_function() -> None:
    body = compile_expression("a * factor", names=("a", "factor"))
    double = body.function((Parameter("a", NUMBER),), {"factor": 2}, "double")
    assert isinstance(double, Function)
    call = compile_expression("double(21) + double(a: 0)")
    assert call.value({"double": double}) == 42
    assert call.value({}, functions={"double": double}) == 42


def test_functions_of_the_host_are_called_by_name() -> None:
    expression = compile_expression("greet(name)")
    assert expression.value({"name": "Ann"}, functions={"greet": lambda name: f"Hi {name}"}) == "Hi Ann"
    assert expression.evaluate({"name": "Ann"}, functions={"greet": int}).diagnostics[0].code == "function-failed"
