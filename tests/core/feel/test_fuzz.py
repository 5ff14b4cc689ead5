"""Whatever the text is, reading it ends with an expression or with problems that have a place."""

from __future__ import annotations

import os

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.feel import Expression, ExpressionError, compile_expression, compile_unary_tests

COUNT = int(os.environ.get("FEEL_FUZZ", "400"))
LONG = settings(max_examples=COUNT, deadline=None)

pieces = st.sampled_from(
    'a b c item x ? 1 2.5 1e9 .5 "s" "\\u0041" `q q` @"P1D" @ ( ) [ ] { } , : . .. + - * / ** = != < <= > >= ->'
    " and or not if then else for in return some every satisfies between instance of function external true false"
    " null list number context date time and duration // /* */ $ # ! & | ' \\ \n \t é 🐎 \x00 ${ } list<number>".split(
        " "
    )
)
texts = st.one_of(st.lists(pieces, max_size=30).map(" ".join), st.text(max_size=60))


def read(text: str, language: str) -> None:
    try:
        expression = compile_expression(text, language=language)
    except ExpressionError as error:
        assert error.problems
        for problem in error.problems:
            assert problem.message
            assert 0 <= problem.start <= problem.end <= len(text)
        return
    assert isinstance(expression, Expression)
    expression.evaluate({"a": 1, "b": "s", "c": {"x": [1]}, "x": None})


@LONG
@given(texts)
def test_any_text_is_an_expression_or_has_problems(text: str) -> None:
    read(text, "feel")


@LONG
@given(st.lists(st.one_of(texts, texts.map(lambda text: f"${{{text}}}")), max_size=3).map("".join))
def test_any_juel_text_is_an_expression_or_has_problems(text: str) -> None:
    read(text, "juel")


@LONG
@given(texts)
def test_any_text_is_unary_tests_or_has_problems(text: str) -> None:
    try:
        tests = compile_unary_tests(text)
    except ExpressionError as error:
        assert error.problems
        return
    assert tests.test(1) in (True, False)
