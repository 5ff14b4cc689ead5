"""Names of several words, names with signs in them, and what a name means where it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from engine.core.feel import (
    NUMBER,
    STRING,
    ContextType,
    FeelType,
    ListType,
    compile_expression,
)

Feel = Callable[..., object]


@pytest.mark.parametrize(
    ("text", "variables", "value"),
    [
        ("first name", {"first name": "Ann"}, "Ann"),
        ("first   name", {"first name": "Ann"}, "Ann"),
        ("Date-Time2 + 1", {"Date-Time2": 1}, 2),
        ("a-b", {"a-b": 1, "a": 5, "b": 3}, 1),
        ("a - b", {"a-b": 1, "a": 5, "b": 3}, 2),
        ("a-b", {"a": 5, "b": 3}, 2),
        ("Jim's dog", {"Jim's dog": "Rex"}, "Rex"),
        ("profit and loss > 1", {"profit and loss": 2}, True),
        ("rate in percent * 2", {"rate in percent": 4}, 8),
        ("`a-b`", {"a-b": 1}, 1),
        ("`if`", {"if": 1}, 1),
        ("🐎 + é", {"🐎": 1, "é": 2}, 3),
        ("order.total", {"order": {"total": 3}}, 3),
        ("order.`sub total`", {"order": {"sub total": 3}}, 3),
        ("_a1", {"_a1": 1}, 1),
        ("date", {"date": 7}, 7),
        ('date("2020-01-01").year + date', {"date": 7}, 2027),
        ("count", {"count": 7}, 7),
        ("count([count])", {"count": 7}, 1),
    ],
)
def test_declared_names(feel: Feel, text: str, variables: dict[str, object], value: object) -> None:
    assert feel(text, **variables) == value


def test_words_that_follow_one_another_are_one_name_even_if_not_declared() -> None:
    expression = compile_expression("first name = last name")
    assert expression.names == {"first name", "last name"}
    assert expression.value({"first name": "A", "last name": "A"}) is True


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{first name: 1, b: first name + 1}.b", 2),
        ("{first name: 1}.first name", 1),
        ("{a+b: 1, c: a+b}.c", 1),
        ("for my item in [1, 2] return my item * 2", [2, 4]),
        ("some a-b in [1] satisfies a-b = 1", True),
        ("(function(first name, b) first name + b)(1, 2)", 3),
        ("(function(first name) first name)(first name: 5)", 5),
        ("{a: 1, b: {a: 2, c: a}, d: a}", {"a": 1, "b": {"a": 2, "c": 2}, "d": 1}),
        ("[{first name: 1}, {first name: 2}][first name > 1].first name", [2]),
        ("[{a: 1}, {a: 2}][item.a = 2].a", [2]),
        ("[{item: 1}, {item: 2}][item = 2]", [{"item": 2}]),
        ("for item in [1, 2] return [item, 9][item > 1]", [[9], [2, 9]]),
        ("{price: 1, r: [{price: 5}, {cost: 6}][price > 0]}.r", [{"price": 5}, {"cost": 6}]),
        ("for a in [1, 2], b in [a, a + 1] return a * b", [1, 2, 4, 6]),
        ("for a in [1] return for a in [2] return a", [[2]]),
        ("{abs: function(n) 7, r: abs(-1)}.r", 7),
    ],
)
def test_names_that_the_text_binds(feel: Feel, text: str, value: object) -> None:
    assert feel(text) == value


def test_members_of_known_types_may_have_several_words() -> None:
    customer = ContextType({"first name": STRING, "orders": ListType(ContextType({"net-price": NUMBER}))})
    names: Mapping[str, FeelType] = {"customer": customer}
    variables = {"customer": {"first name": "Ann", "orders": [{"net-price": 3}]}}
    assert compile_expression("customer.first name", names=names).value(variables) == "Ann"
    assert compile_expression("customer.orders[net-price > 1].net-price", names=names).value(variables) == [3]


def test_names_are_those_that_are_read() -> None:
    text = "for x in xs return x + {y: a, z: y}.z + f(b)[item > c]"
    assert compile_expression(text).names == {"xs", "a", "f", "b", "c"}


def test_text_never_becomes_code() -> None:
    names = ["__class__", "f_type", "v", "run", "t1", "k0", "None", "print"]
    for name in names:
        assert compile_expression(name).value({name: 41, "v": 41, "run": 41}) == 41
        assert compile_expression(f"{{{name}: 1}}.{name}").value({}) == 1
