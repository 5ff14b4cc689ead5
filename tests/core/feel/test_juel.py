"""The `${...}` of Camunda 7."""

from __future__ import annotations

import pytest

from engine.core.feel import ExpressionError, compile_expression

VARIABLES: dict[str, object] = {
    "amount": 1500,
    "region": "EU",
    "approved": False,
    "order": {"id": 7, "lines": [{"price": 4.5}, {"price": 2}], "a b": 1},
    "items": ["x", "y"],
    "nothing": None,
    "text": "Hello",
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${amount > 1000 && region == 'EU'}", True),
        ("#{amount gt 1000 and region eq 'EU'}", True),
        ("${amount le 1000 or not approved}", True),
        ("${!approved}", True),
        ("${!nothing}", True),
        ("${amount != 1500}", False),
        ("${amount == '1500'}", True),
        ("${approved == 'false'}", True),
        ("${nothing == null}", True),
        ("${empty nothing && empty ''}", True),
        ("${empty items}", False),
        ("${not empty items}", True),
        ("${amount + 1 * 2 - 3 div 3}", 1501),
        ("${amount % 7}", 2),
        ("${-amount mod 7}", -2),
        ("${amount > 1 ? 'big' : 'small'}", "big"),
        ("${approved ? 1 : amount > 1 ? 2 : 3}", 2),
        ("${order.lines[0].price}", 4.5),
        ("${order.lines[amount - 1499].price}", 2),
        ("${order['a b']}", 1),
        ('${order["id"]}', 7),
        ("${text.toUpperCase().substring(1, 3)}", "EL"),
        ("${text.length() == 5 and items.size() == 2}", True),
        ("${items.contains('x') and !items.isEmpty()}", True),
        ("${text.startsWith('He') && text.indexOf('l') == 2}", True),
        ("${items.get(1)}", "y"),
        ("${execution.getVariable('amount')}", 1500),
        ("${execution.hasVariable('nothing')}", False),
        ("Order ${order.id}: ${text}!", "Order 7: Hello!"),
        ("plain", "plain"),
        ("", ""),
        (r"\${amount}", "${amount}"),
        (r"${'it\'s'}", "it's"),
        ("${'}'}", "}"),
        ("${1.5e1}", 15),
        ("${true}", True),
        ("${null}", None),
        ("${(1 + 2) * 3}", 9),
    ],
)
def test_values_of_expressions(text: str, value: object) -> None:
    assert compile_expression(text, language="juel").value(VARIABLES) == value


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("${text.getClass()}", "getClass"),
        ("${''.class.forName('x')}", "forName"),
        ("${runtimeService.startProcess('x')}", "startProcess"),
        ("${execution.setVariable('a', 1)}", "setVariable"),
        ("${execution.getVariable(text)}", "getVariable"),
        ("${myBean(1)}", "myBean"),
        ("${now(1)}", "now"),
        ("${a = 1}", "="),
        ("${a", ""),
        ("${}", "}"),
        ("${a b}", "b"),
        ("${'it''s'}", "'s'"),
        ("${x -> x}", ">"),
        ("${[1, 2]}", "["),
        ("${text.substring()}", "substring"),
    ],
)
def test_anything_else_is_a_problem_with_its_place(text: str, place: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text, language="juel")
    problem = caught.value.problems[0]
    assert text[problem.start : problem.end] == place


def test_an_unknown_variable_is_reported() -> None:
    evaluation = compile_expression("${missing > 1}", language="juel").evaluate({})
    assert evaluation.value is None
    assert evaluation.diagnostics[0].code == "unknown-variable"


def test_values_are_never_read_as_expressions() -> None:
    assert compile_expression("${text}", language="juel").value({"text": "${1 + 1}"}) == "${1 + 1}"
