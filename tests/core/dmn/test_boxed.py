"""Boxed expressions of every kind, and the scopes they make."""

from __future__ import annotations

import pytest

from tests.core.dmn.models import decide, decision, item, knowledge, literal, table, value


def entry(name: str, logic: str, type_ref: str = "") -> str:
    typed = f' typeRef="{type_ref}"' if type_ref else ""
    variable = f'<variable name="{name}"{typed}/>' if name else ""
    return f"<contextEntry>{variable}{logic if logic.startswith('<') else literal(logic)}</contextEntry>"


def context(*entries: str) -> str:
    return f"<context>{''.join(entries)}</context>"


def function(parameters: str, logic: str, kind: str = "FEEL") -> str:
    formal = "".join(f'<formalParameter name="{name}"/>' for name in parameters.split())
    body = logic if logic.startswith("<") else literal(logic)
    return f'<functionDefinition kind="{kind}">{formal}{body}</functionDefinition>'


def part(name: str, logic: str) -> str:
    return f"<{name}>{logic if logic.startswith('<') else literal(logic)}</{name}>"


def test_context_entries_see_those_before_them() -> None:
    assert value(decision("d", context(entry("a b", "1"), entry("c", "a b + 1")))) == {"a b": 1, "c": 2}


def test_context_with_a_result_is_its_result() -> None:
    assert value(decision("d", context(entry("a", "2"), entry("", "a * 21")))) == 42


def test_context_entry_conforms_to_its_type() -> None:
    result = decide(decision("d", context(entry("a", '"x"', "number"), entry("b", "[2]", "number"))))
    assert result.value == {"a": None, "b": 2}
    assert [finding.code for finding in result.diagnostics] == ["type-mismatch"]


def test_entries_of_a_nested_context_are_known_by_their_names() -> None:
    inner = context(entry("first part", "1"))
    assert value(decision("d", context(entry("x", inner), entry("", "x.first part + 1")))) == 2


def test_entries_of_a_context_are_not_seen_beside_it() -> None:
    contexts = context(entry("a", "1")) + context(entry("b", "a"))
    assert value(decision("d", f"<list>{contexts}</list>")) == [{"a": 1}, {"b": None}]


def test_context_function_may_call_itself() -> None:
    factorial = function("n", "if n < 2 then 1 else n * fact(n - 1)")
    assert value(decision("d", context(entry("fact", factorial), entry("", "fact(10)")))) == 3_628_800


def test_function_keeps_the_scope_it_was_made_in() -> None:
    adders = part("return", function("n", "n + x"))
    made = f'<for iteratorVariable="x">{part("in", "[10, 20]")}{adders}</for>'
    assert value(decision("d", context(entry("f", made), entry("", "[f[1](1), f[2](1)]")))) == [11, 21]


def test_endless_recursion_is_null_with_a_finding() -> None:
    result = decide(decision("d", context(entry("f", function("n", "f(n + 1)")), entry("", "f(1)"))))
    assert result.value is None
    assert [finding.code for finding in result.diagnostics][-1] == "budget-calls"


def test_list_and_relation() -> None:
    assert value(decision("d", f"<list>{literal('1')}{literal('x')}</list>"), x="a") == [1, "a"]
    rows = "".join(f"<row>{literal(text)}{literal(text + ' * 2')}</row>" for text in ("1", "2"))
    columns = '<column name="n"/><column name="twice as much" typeRef="number"/>'
    expected = [{"n": 1, "twice as much": 2}, {"n": 2, "twice as much": 4}]
    assert value(decision("d", f"<relation>{columns}{rows}</relation>")) == expected


def invocation(callee: str, **bindings: str) -> str:
    bound = "".join(
        f'<binding><parameter name="{name.replace("_", " ")}"/>{literal(text)}</binding>'
        for name, text in bindings.items()
    )
    return f"<invocation>{literal(callee)}{bound}</invocation>"


def test_invocation_binds_by_name_and_leaves_out_what_it_may() -> None:
    join = knowledge("join up", ["left", "right"], 'left + if right = null then "?" else right')
    logic = invocation("join up", right="x", left='"a"')
    assert value(join, decision("d", logic, knowledge=["join up"]), x="b") == "ab"
    logic = invocation("join up", left='"a"')
    assert value(join, decision("d", logic, knowledge=["join up"])) == "a?"


def test_invocation_of_a_built_in_function() -> None:
    assert value(decision("d", invocation("substring", string='"hello"', start_position="2"))) == "ello"


@pytest.mark.parametrize(("callee", "name"), [("nothing", "left"), ("join", "middle")])
def test_invocation_that_fits_nothing_is_null_with_a_finding(callee: str, name: str) -> None:
    join = knowledge("join", ["left"], "left")
    result = decide(join, decision("d", invocation(callee, **{name: "1"}), knowledge=["join"]))
    assert result.value is None
    assert result.diagnostics


def test_conditional_takes_the_other_way_unless_true() -> None:
    logic = f"<conditional>{part('if', 'x')}{part('then', '1')}{part('else', '2')}</conditional>"
    assert [value(decision("d", logic), x=x) for x in (True, False, None)] == [1, 2, 2]


def test_filter_by_condition_position_and_entries() -> None:
    def filtered(match: str, items: object) -> object:
        return value(decision("d", f"<filter>{part('in', 'x')}{part('match', match)}</filter>"), x=items)

    assert filtered("item > 1", [1, 2, 3]) == [2, 3]
    assert filtered("-1", [1, 2, 3]) == 3
    assert filtered("price > limit", [{"price": 5, "limit": 4}, {"price": 1, "limit": 4}]) == [{"price": 5, "limit": 4}]
    assert filtered("item > 1", 2) == [2]
    assert filtered('"text"', [1]) is None
    assert filtered("true", None) is None


def iteration(kind: str, body: str) -> str:
    name = "return" if kind == "for" else "satisfies"
    return f'<{kind} iteratorVariable="one">{part("in", "x")}{part(name, body)}</{kind}>'


def test_for_goes_over_lists_ranges_and_single_values() -> None:
    assert value(decision("d", iteration("for", "one * 2")), x=[1, 2]) == [2, 4]
    assert value(decision("d", iteration("for", "one").replace(">x<", ">[3..1]<")), x=0) == [3, 2, 1]
    assert value(decision("d", iteration("for", "one + count(partial)")), x=[1, 1, 1]) == [1, 2, 3]
    assert value(decision("d", iteration("for", "one")), x=None) is None


@pytest.mark.parametrize(
    ("kind", "items", "expected"),
    [
        ("some", [1, 9], True),
        ("some", [1, None], None),
        ("some", [], False),
        ("every", [9, 8], True),
        ("every", [9, None], None),
        ("every", [9, None, 1], False),
        ("every", [], True),
        ("every", None, None),
    ],
)
def test_quantifiers_have_three_answers(kind: str, items: object, expected: object) -> None:
    assert value(decision("d", iteration(kind, "one > 5")), x=items) is expected


def test_table_inside_a_context_sees_its_entries() -> None:
    inner = table(["size of it"], [("> 1", '"big"'), ("<= 1", '"small"')])
    assert value(decision("d", context(entry("size of it", "x * 2"), entry("", inner))), x=1) == "big"


def test_java_function_is_one_that_is_registered_or_null() -> None:
    def calling(java_class: str) -> object:
        how = context(entry("class", f'"{java_class}"'), entry("method signature", '"max(double, double)"'))
        return value(decision("d", context(entry("f", function("a b", how, "Java")), entry("", "f(1, 2)"))))

    assert calling("java.lang.Math") == 2
    assert calling("java.lang.Runtime") is None


def test_juel_in_a_literal_is_evaluated_as_juel() -> None:
    assert value(decision("d", literal("${x > 1 ? 'a' : 'b'}")), x=2) == "a"


def test_iteration_is_paid_for() -> None:
    inner = iteration("for", "one").replace('"one"', '"two"').replace(">x<", ">[1..1000000]<")
    result = decide(decision("d", iteration("for", inner)), x=list(range(1_000)))
    assert result.value is None
    assert result.diagnostics[0].code == "budget-steps"


def test_typed_parameter_refuses_a_value_that_its_type_does_not_allow() -> None:
    kind = item("tSmall", "number", "<allowedValues><text>[0..9]</text></allowedValues>")
    twice = knowledge("twice", ["n: tSmall"], "n * 2")
    assert value(kind, twice, decision("d", "twice(4)", knowledge=["twice"])) == 8
    assert value(kind, twice, decision("d", "twice(40)", knowledge=["twice"])) is None
