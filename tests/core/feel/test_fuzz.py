"""Whatever the text is, reading it ends with an expression or with problems that have a place."""

from __future__ import annotations

import os
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.feel import Diagnostic, Expression, ExpressionError, compile_expression, compile_unary_tests

COUNT = int(os.environ.get("FEEL_FUZZ", "200"))
LONG = settings(max_examples=COUNT, deadline=None)
VARIABLES: dict[str, object] = {"a": 1, "b": "s", "c": {"x": [1]}, "x": None, "?": 1}

PIECES = [
    "a",
    "b",
    "c",
    "item",
    "x",
    "?",
    "1",
    "2.5",
    "1e9",
    ".5",
    '"s"',
    '"\\u0041"',
    "`q`",
    '@"P1D"',
    "@",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    ".",
    "..",
    "+",
    "-",
    "*",
    "/",
    "**",
    "=",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "->",
    "and",
    "or",
    "not",
    "if",
    "then",
    "else",
    "for",
    "in",
    "return",
    "some",
    "every",
    "satisfies",
    "between",
    "instance",
    "of",
    "function",
    "external",
    "true",
    "false",
    "null",
    "list",
    "number",
    "context",
    "date",
    "time",
    "and",
    "duration",
    "//",
    "/*",
    "*/",
    "$",
    "#",
    "!",
    "&",
    "|",
    "'",
    "\\",
    "é",
    "🐎",
    "${",
    "}",
    "list<number>",
]
texts = st.one_of(
    st.lists(st.sampled_from([*PIECES, "\n", "\t", "\x00", "date and time"]), max_size=30).map(" ".join),
    st.text(max_size=60),
)


READERS: dict[str, Callable[[str], Expression]] = {
    "feel": compile_expression,
    "juel": lambda text: compile_expression(text, language="juel"),
    "tests": compile_unary_tests,
}


def problems(text: str, language: str) -> tuple[Diagnostic, ...]:
    """What is wrong with a text; one that can be read is evaluated, and must not raise."""
    try:
        expression = READERS[language](text)
    except ExpressionError as error:
        return error.problems or (Diagnostic("none", "", -1, -1),)
    expression.evaluate(VARIABLES)
    return ()


def assert_placed(found: tuple[Diagnostic, ...], text: str) -> None:
    for problem in found:
        assert problem.message
        assert 0 <= problem.start <= problem.end <= len(text)


@LONG
@given(texts)
def test_any_text_is_an_expression_or_has_problems(text: str) -> None:
    assert_placed(problems(text, "feel"), text)


@LONG
@given(st.lists(st.one_of(texts, texts.map(lambda text: f"${{{text}}}")), max_size=3).map("".join))
def test_any_juel_text_is_an_expression_or_has_problems(text: str) -> None:
    assert_placed(problems(text, "juel"), text)


@LONG
@given(texts)
def test_any_text_is_unary_tests_or_has_problems(text: str) -> None:
    assert_placed(problems(text, "tests"), text)
