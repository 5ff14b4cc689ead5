"""The table of built-in functions, and what each of them answers."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from engine.core.feel import FUNCTIONS, compile_expression, register_external
from tests.core.feel.conftest import NOW

Feel = Callable[..., object]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_has_words_and_an_example_that_is_true(name: str) -> None:
    entry = FUNCTIONS[name]
    assert entry.doc
    assert name in entry.example
    evaluation = compile_expression(entry.example).evaluate({}, now=NOW)
    assert evaluation.value is True
    assert not evaluation.diagnostics


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_function_fails_on_any_kind_of_argument(name: str) -> None:
    values = [None, True, 1, -1.5, "a", [], [1, None], {"a": 1}, [[]], "(", 10**40]
    for count in range(5):
        for value in values:
            names = [f"a{index}" for index in range(count)]
            expression = compile_expression(f"{name}({', '.join(names)})")
            expression.evaluate(dict.fromkeys(names, value), now=NOW)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('substring("foobar", -2, 1)', "a"),
        ('substring("\\U01F40Eab", 2)', "ab"),
        ('substring("abc", 0)', None),
        ('split("a;b;;", ";")', ["a", "b", "", ""]),
        ('split("a1b22c", "[0-9]+")', ["a", "b", "c"]),
        ('string join(["a", null, "c"], "-")', "a-c"),
        ('string join(["a"], ", ", "<", ">")', "<a>"),
        ('string([1, "a", {b: null}])', '[1, "a", {b: null}]'),
        ("string(1e10)", "10000000000"),
        ("string(0.1 + 0.2)", "0.3"),
        ("string([1..3))", "[1..3)"),
        ('string(@"P1D")', "P1D"),
        ('upper case("straße")', "STRASSE"),
        ("decimal(2.5, 0)", 2),
        ("round half up(-2.5, 0)", -3),
        ("floor(-1.56, 1)", Decimal("-1.6")),
        ("round up(0.0000001, 2)", Decimal("0.01")),
        ("modulo(10.1, -4.5)", Decimal("-3.4")),
        ("sqrt(2)", Decimal("1.414213562373095048801688724209698")),
        ('number("1.000,5", ".", ",")', Decimal("1000.5")),
        ("min([])", None),
        ("max(1, 3, 2)", 3),
        ('min("b", "a")', "a"),
        ("sum([])", None),
        ('sum([@"P1D", @"PT12H"]) = @"P1DT12H"', True),
        ("mean([1, 2])", Decimal("1.5")),
        ("median([4, 1, 3, 2])", Decimal("2.5")),
        ("mode([1, 2, 2, 1])", [1, 2]),
        ("all([true, null])", None),
        ("any([])", False),
        ("all([])", True),
        ('distinct values([1, 1.0, "1", null, null])', [1, "1", None]),
        ("union([1, 2], [2, 3])", [1, 2, 3]),
        ("remove([1, 2, 3], -1)", [1, 2]),
        ("insert before([1], 1, 0)", [0, 1]),
        ("flatten([[1, [2]], 3])", [1, 2, 3]),
        ("index of([1, 2, 1], 1)", [1, 3]),
        ('get value({a: {b: 1}}, ["a", "b"])', 1),
        ('context put({a: {b: 1}}, ["a", "c"], 2)', {"a": {"b": 1, "c": 2}}),
        ('day of week(@"2024-02-29")', "Thursday"),
        ('week of year(@"2020-12-31")', 53),
        ('day of year(@"2020-12-31")', 366),
        ('string(years and months duration(@"2020-02-29", @"2019-01-31"))', "-P1Y"),
        ("overlaps([1..5], (5..9])", False),
        ("before([1..5), [5..9])", True),
        ("includes([1..5], 5)", True),
        ("during(5, [1..5))", False),
        ('is(@"10:00:00Z", @"10:00:00+00:00")', True),
        ('is(@"10:00:00@Etc/UTC", @"10:00:00Z")', False),
        ("count(list: [1, 2])", 2),
        ('replace(pattern: "b", input: "abc", replacement: "x")', "axc"),
        ('range("[1..3)") = [1..3)', True),
    ],
)
def test_answers_of_functions(feel: Feel, text: str, value: object) -> None:
    assert feel(text) == value


def test_signatures_are_written_for_people() -> None:
    assert FUNCTIONS["substring"].signatures == ["substring(string: string, start position: integer, length?: integer)"]
    assert [parameter.name for parameter in FUNCTIONS["contains"].parameters] == ["string", "match"]


def test_external_functions_come_from_the_table_alone() -> None:
    register_external("org.example.Tax", "rate(java.lang.String,double)", lambda country, amount: amount * 0.5)
    java = '{class: "org.example.Tax", method signature: "rate(java.lang.String, double)"}'
    call = f'(function(c, a) external {{java: {java}}})("NZ", 10)'
    assert compile_expression(call).value({}) == 5
    evaluation = compile_expression(call.replace("Tax", "Other")).evaluate({})
    assert evaluation.value is None
    assert evaluation.diagnostics[0].code == "external-function"
