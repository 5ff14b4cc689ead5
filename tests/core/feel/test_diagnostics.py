"""What people are told when an expression cannot be read or has no value."""

from __future__ import annotations

import pytest

from engine.core.feel import Budget, ExpressionError, compile_expression


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("amount > 10", "unknown-variable", "amount"),
        ("1 + order.total", "unknown-variable", "order"),
        ('x + "a"', "type-mismatch", 'x + "a"'),
        ("1 / 0", "division-by-zero", "1 / 0"),
        ("10 + c.total", "unknown-entry", "c.total"),
        ("[1, 2][5]", "out-of-range", "[1, 2][5]"),
        ('1 + date("x")', "invalid-argument", 'date("x")'),
        ("substring(x, 1)", "invalid-argument", "substring(x, 1)"),
        ("abs(1, 2)", "wrong-arguments", "abs(1, 2)"),
        ("x(1)", "no-function", "x(1)"),
        ("now()", "no-clock", "now()"),
        ("(function(a) a)()", "wrong-arguments", "(function(a) a)()"),
        ("-true", "type-mismatch", "-true"),
        ("for i in null return i", "type-mismatch", "i in null"),
        ('assert(x, x > 9, "too small")', "assertion", 'assert(x, x > 9, "too small")'),
        ("for i in 1..1e9 return i", "budget-steps", "for i in 1..1e9 return i"),
    ],
)
def test_a_failure_is_null_with_a_code_and_a_place(text: str, code: str, place: str) -> None:
    evaluation = compile_expression(text).evaluate({"x": 5, "c": {}})
    assert evaluation.value is None
    first = evaluation.diagnostics[0]
    assert first.code == code
    assert text[first.start : first.end].strip("() ") == place.strip("() ")


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("1 +", "", "ends where a value is expected"),
        ("amount > ", "", "value is expected"),
        ("a == 1", "=", "value is expected"),
        ("if a then b", "", "'else' is expected"),
        ("${amount}", "$", "write the name alone"),
        ("a && b", "&", "'and'"),
        ("a || b", "|", "'or'"),
        ("!a", "!", "not(...)"),
        ('"abc', '"', "no closing quote"),
        ("(1", "", "')' is expected"),
        ("1 2", "2", "does not fit here"),
        ("a = = b", "=", "value is expected"),
        ("{a: 1, a: 2}", ":", "twice"),
        ("x instance of nonsense", "nonsense", "no type"),
        ('@"2020-13-01"', '@"2020-13-01"', "no date"),
        ("f(a: 1, 2)", "2", "before every argument"),
        ("/* open", "/", "no closing"),
    ],
)
def test_a_text_that_cannot_be_read_says_where_and_what_to_do(text: str, place: str, words: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text)
    problem = caught.value.problems[0]
    assert words in problem.message
    assert text[problem.start : problem.end] == place


def test_a_value_that_is_there_has_no_diagnostics() -> None:
    assert compile_expression("a.b[1] > 2 and not(c)").evaluate({"a": {"b": [3]}, "c": False}).diagnostics == ()


def test_what_is_not_reached_is_not_reported() -> None:
    assert compile_expression("if x = null then 1 else x.y.z").evaluate({"x": None}).diagnostics == ()
    assert compile_expression("false and nothing > 1").evaluate({}).diagnostics == ()


def test_wrong_arguments_are_known_while_compiling() -> None:
    assert compile_expression("substring(1)").warnings[0].code == "wrong-arguments"


@pytest.mark.parametrize(
    ("text", "budget", "code"),
    [
        ("1 + 1", Budget(source=3), "budget-source"),
        ("((1))", Budget(nesting=2), "budget-nesting"),
        ("1 + 1 + 1", Budget(parts=1), "budget-parts"),
    ],
)
def test_budgets_are_checked_while_reading(text: str, budget: Budget, code: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text, budget=budget)
    assert caught.value.problems[0].code == code


@pytest.mark.parametrize(
    ("text", "budget", "code"),
    [
        ("for i in 1..100 return i", Budget(steps=50), "budget-steps"),
        ('for i in 1..10 return string("abcdefghij" + "a")', Budget(output=50), "budget-output"),
        ("{f: function(n) if n = 0 then 0 else f(n - 1), r: f(9)}.r", Budget(calls=5), "budget-calls"),
    ],
)
def test_budgets_are_checked_while_evaluating(text: str, budget: Budget, code: str) -> None:
    evaluation = compile_expression(text, budget=budget).evaluate({})
    assert evaluation.value is None
    assert [problem.code for problem in evaluation.diagnostics] == [code]
    assert compile_expression(text).evaluate({}).diagnostics == ()


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="feel and juel"):
        compile_expression("1", language="groovy")
