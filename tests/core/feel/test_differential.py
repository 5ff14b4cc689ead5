"""The compiled code and the plain walker answer alike; FEEL_FUZZ=100000 asks for more expressions."""

from __future__ import annotations

import os
from decimal import Decimal

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from engine.core.feel import ExpressionError, compile_expression
from engine.core.feel.expression import _BUILTIN_NAMES
from engine.core.feel.parser import Parser
from tests.core.feel import closures

COUNT = int(os.environ.get("FEEL_FUZZ", "200"))
LONG = settings(
    max_examples=COUNT,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
VARIABLES: dict[str, object] = {
    "a": 3,
    "b": 2.5,
    "s": "abc",
    "t": True,
    "n": None,
    "l": [1, 2.5, None, 4],
    "c": {"x": 1, "y": {"x": "deep"}, "item": 7},
    "r": [{"x": 1, "k": "p"}, {"x": 2.5}, {"k": "q", "x": None}],
}

atoms = st.sampled_from(
    [
        *("a", "b", "s", "t", "n", "l", "c", "r", "item", "x", "missing", "abs", "null", "true", "false"),
        *("0", "1", "-1", "2", "2.5", "1e3", '"abc"', '"b"', '""', "[]", "{}", "[1..3]", "(< 2)"),
        *('@"2020-02-29"', '@"P1D"', '@"P1M"', '@"10:00:00Z"', '@"2020-02-29T10:00:00@Europe/Paris"'),
        *("c.x", "c.y.x", "r.x", "l[1]", "l[-1]"),
    ]
)
binary = st.sampled_from(
    ["+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "and", "or", "in", "and true and", "or false or"]
)


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Expressions made of smaller ones."""
    return st.one_of(
        st.tuples(inner, binary, inner).map(" ".join),
        st.tuples(inner, binary, inner).map(lambda p: f"({' '.join(p)})"),
        inner.map(lambda e: f"-({e})"),
        inner.map(lambda e: f"not({e})"),
        st.tuples(inner, inner, inner).map(lambda p: "if {} then {} else {}".format(*p)),
        st.tuples(inner, inner, inner).map(lambda p: "({}) between ({}) and ({})".format(*p)),
        st.tuples(inner, inner).map(lambda p: "for x in {} return {}".format(*p)),
        st.tuples(inner, inner, inner).map(lambda p: "for x in {}, y in {} return {}".format(*p)),
        inner.map(lambda e: f"for x in 1..4 return if x = 1 then {e} else partial[-1]"),
        st.tuples(inner, inner).map(lambda p: "some x in {} satisfies {}".format(*p)),
        st.tuples(inner, inner, inner).map(lambda p: "every x in {}, z in {} satisfies {}".format(*p)),
        st.tuples(inner, inner).map(lambda p: "({})[{}]".format(*p)),
        st.tuples(inner, inner).map(lambda p: "({}) in ({}, < 3, [1..2])".format(*p)),
        inner.map(lambda e: f'({e}) in ("abc", "b")'),
        inner.map(lambda e: f"({e}) in [1, 2]"),
        st.tuples(inner, inner).map(lambda p: "[{}, {}]".format(*p)),
        st.tuples(inner, inner).map(lambda p: "[{}..{}]".format(*p)),
        st.tuples(inner, inner).map(lambda p: "{{x: {}, y: {}}}".format(*p)),
        st.tuples(inner, inner).map(lambda p: "{{x: {}, f: function(a) {}, z: f(x)}}.z".format(*p)),
        inner.map(lambda e: f"{{f: function(k: number) if k < 1 then {e} else f(k - 1), z: f(3)}}.z"),
        st.tuples(inner, inner).map(lambda p: "(function(x, y) {})(2, {})".format(*p)),
        inner.map(lambda e: f"({e}).x"),
        inner.map(lambda e: f"({e}) instance of number"),
        inner.map(lambda e: f"({e}) instance of list<Any>"),
        st.tuples(st.sampled_from(["count", "sum", "min", "string", "flatten", "all", "abs", "sort"]), inner).map(
            lambda p: "{}({})".format(*p)
        ),
        st.tuples(inner, inner).map(lambda p: "append({}, {})".format(*p)),
        st.tuples(inner, inner).map(lambda p: "contains(match: {}, string: {})".format(*p)),
    )


expressions = st.recursive(atoms, grown, max_leaves=8)


def same(left: object, right: object) -> bool:
    """Equal, and of the same kind: 1 is not true."""
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    if isinstance(left, (int, Decimal)) and isinstance(right, (int, Decimal)):
        return type(left) is type(right) and left == right
    if hasattr(left, "body") or hasattr(left, "forms"):
        return type(left) is type(right)
    return type(left) is type(right) and left == right


@LONG
@given(expressions)
@example("for x in l return function(y) x")
@example('r[x > 1 or k = "p"].k')
@example("c[item = 7]")
@example("{x: 1, y: {x: 2, z: x}, w: x}")
def test_compiled_code_and_plain_walker_agree(text: str) -> None:
    try:
        tree = Parser(text, base=_BUILTIN_NAMES).whole_expression()
    except ExpressionError:
        return
    assert same(compile_expression(text).value(VARIABLES), closures.evaluate(tree, VARIABLES))


@LONG
@given(expressions)
def test_value_and_evaluate_agree(text: str) -> None:
    try:
        expression = compile_expression(text)
    except ExpressionError:
        return
    assert same(expression.value(VARIABLES), expression.evaluate(VARIABLES).value)
