"""Requirement graphs: what sees what, business knowledge models, decision services, imports, free variables."""

from __future__ import annotations

import datetime as dt

import pytest

from engine.core.dmn import compile_decisions
from engine.core.feel import parse_date_time
from engine.core.parse.dmn import read_decisions
from tests.core.dmn.models import (
    compiled,
    decide,
    decision,
    definitions,
    input_data,
    item,
    knowledge,
    service,
    table,
    value,
)


def test_decision_sees_what_it_requires_under_its_name() -> None:
    parts = (
        input_data("order total", "number"),
        decision("gross price", "order total * 1.2", inputs=["order total"]),
        decision("d", "gross price + order total", inputs=["order total"], decisions=["gross price"]),
    )
    assert decide(*parts, **{"order total": 100}).value == 220


def test_decision_does_not_see_elements_that_it_does_not_require() -> None:
    parts = (input_data("a"), decision("b", "1"), decision("d", "[a, b]"))
    assert value(*parts, a=5, b=6) == [None, None]


def test_variables_that_no_element_describes_are_seen_by_all() -> None:
    assert value(decision("b", "x + 1"), decision("d", "b + x", decisions=["b"]), x=1) == 3


def test_each_decision_is_evaluated_once() -> None:
    parts = [decision("d0", "1")]
    parts += [decision(f"d{n}", f"d{n - 1} + d{n - 1}", decisions=[f"d{n - 1}"]) for n in range(1, 60)]
    result = decide(*parts, of="d59")
    assert result.value == 2**59
    assert len(result.records) == 60


def test_chain_of_a_thousand_decisions_is_no_recursion() -> None:
    parts = [decision("d0", "0")]
    parts += [decision(f"d{n}", f"d{n - 1} + 1", decisions=[f"d{n - 1}"]) for n in range(1, 1_000)]
    assert value(*parts, of="d999") == 999


def test_decision_without_logic_is_given() -> None:
    parts = (decision("grade"), decision("d", 'grade + "!"', decisions=["grade"]))
    assert value(*parts, grade="A") == "A!"
    assert value(*parts) is None


def test_given_value_stands_for_a_decision_and_all_below_it() -> None:
    parts = (
        decision("deep", "1"),
        decision("b", "deep + 1", decisions=["deep"]),
        decision("d", "b * 2", decisions=["b"]),
    )
    result = compiled(definitions(*parts)).evaluate("d", {}, given={"b": 50})
    assert result.value == 100
    assert [record.id for record in result.records] == ["d"]


def test_variable_does_not_replace_a_decision_that_has_logic() -> None:
    assert value(decision("b", "1"), decision("d", "b", decisions=["b"]), b=9) == 1


# business knowledge models


def test_knowledge_model_sees_its_parameters_and_what_it_requires() -> None:
    parts = (
        knowledge("add tax", ["net: number"], "net * rate()", needs=["rate"]),
        knowledge("rate", [], "1.2"),
        decision("d", "add tax(100)", knowledge=["add tax"]),
    )
    assert value(*parts, net=5) == 120
    assert value(knowledge("f", ["a"], "[a, x]"), decision("d", "f(1)", knowledge=["f"]), x=2) == [1, None]


def test_knowledge_model_may_call_itself() -> None:
    fact = knowledge("fact", ["n"], "if n < 2 then 1 else n * fact(n - 1)")
    assert value(fact, decision("d", "fact(20)", knowledge=["fact"])) == 2_432_902_008_176_640_000


def test_result_of_a_knowledge_model_conforms_to_its_type() -> None:
    function = item(
        "tF", body='<functionItem outputTypeRef="number"><parameters name="a" typeRef="Any"/></functionItem>'
    )
    for type_ref in ("number", "tF"):
        parts = (function, knowledge("f", ["a"], "a", type_ref=type_ref), decision("d", "f(x)", knowledge=["f"]))
        assert value(*parts, x=1) == 1
        assert value(*parts, x="1") is None


def test_argument_of_the_wrong_type_makes_the_call_null() -> None:
    result = decide(knowledge("f", ["a: number"], "1"), decision("d", "f(x)", knowledge=["f"]), x="one")
    assert result.value is None
    assert result.diagnostics[0].code == "invalid-argument"


def test_table_as_a_knowledge_model_without_parameters_takes_its_columns() -> None:
    rates = knowledge("rate", [], table(["kind", "size"], [('"a"', "> 5", "1"), ("-", "-", "2")], policy="FIRST"))
    assert value(rates, decision("d", 'rate("a", 6)', knowledge=["rate"])) == 1
    assert value(rates, decision("d", 'rate(size: 1, kind: "a")', knowledge=["rate"])) == 2


# decision services

SERVED = (
    input_data("a", "number"),
    decision("b", "1"),
    decision("inner", "a + b", inputs=["a"], decisions=["b"]),
    decision("out 1", "inner * 10", decisions=["inner"]),
    decision("out 2", "inner * 100", decisions=["inner"]),
)


def test_service_with_one_output_is_its_value() -> None:
    parts = (*SERVED, service("s", outputs=["out 1"], inputs=["a"], decided=["b"]))
    decisions = compiled(definitions(*parts))
    assert decisions.evaluate("s", {"a": 1, "b": 2}).value == 30
    assert decisions.evaluate("out 1", {"a": 1, "b": 2}, service="s").value == 30
    assert decisions.evaluate("out 1", {"a": 1, "b": 2}).value == 20


def test_service_with_several_outputs_is_a_context() -> None:
    parts = (*SERVED, service("s", outputs=["out 1", "out 2"], inputs=["a"], decided=["b"]))
    assert value(*parts, of="s", a=1, b=2) == {"out 1": 30, "out 2": 300}


def test_input_decision_that_is_not_given_is_null() -> None:
    assert value(*SERVED, service("s", outputs=["out 1"], inputs=["a"], decided=["b"]), of="s", a=1) is None


def test_service_is_a_function_of_input_data_then_input_decisions() -> None:
    parts = (
        *SERVED,
        service("s", outputs=["out 1"], inputs=["a"], decided=["b"]),
        decision("d", "[s(1, 2), s(b: 1, a: 5), a]", knowledge=["s"]),
    )
    assert value(*parts, a=99) == [30, 60, None]


def test_service_as_a_function_takes_its_arguments_in_that_order() -> None:
    parts = (
        input_data("a"),
        decision("b", "0"),
        decision("both", "[a, b]", inputs=["a"], decisions=["b"]),
        service("s", outputs=["both"], inputs=["a"], decided=["b"]),
        decision("d", 's("data", "decision")', knowledge=["s"]),
    )
    assert value(*parts) == ["data", "decision"]


def test_service_as_a_function_sees_no_variables_of_its_caller() -> None:
    parts = (decision("out", "free"), service("s", outputs=["out"]), decision("d", "[s(), free]", knowledge=["s"]))
    assert value(*parts, free=1) == [None, 1]
    assert value(*parts, of="s", free=1) == 1


def test_service_called_twice_does_not_mix_its_values() -> None:
    parts = (*SERVED, service("s", outputs=["out 1"], inputs=["a"], decided=["b"]))
    calls = decision("d", "for n in 1..3 return s(n, 0)", knowledge=["s"])
    assert value(*parts, calls) == [10, 20, 30]


def test_service_that_needs_itself_ends_with_a_finding() -> None:
    parts = (decision("d", "s()", knowledge=["s"]), service("s", outputs=["d"]))
    result = decide(*parts)
    assert result.value is None
    assert any(finding.code == "budget-calls" for finding in result.diagnostics)


def test_asking_a_service_for_what_it_does_not_put_out_is_refused() -> None:
    decisions = compiled(definitions(*SERVED, service("s", outputs=["out 1"], inputs=["a"])))
    with pytest.raises(LookupError, match="no output"):
        decisions.evaluate("inner", {}, service="s")
    with pytest.raises(LookupError, match="no decision service"):
        decisions.evaluate("inner", {}, service="b")


# models that import one another


def imported(name: str, namespace: str = "urn:lib") -> str:
    return f'<import name="{name}" namespace="{namespace}" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>'


LIBRARY = definitions(
    item("tPerson", body='<itemComponent name="full name"><typeRef>string</typeRef></itemComponent>'),
    input_data("who", "tPerson"),
    decision("greeting", "say hello(who.full name)", inputs=["who"], knowledge=["say hello"]),
    knowledge("say hello", ["name"], '"Hello " + name'),
    namespace="urn:lib",
    name="lib",
)


def test_elements_and_types_of_an_import_are_known_under_its_name() -> None:
    main = definitions(
        imported("my lib"),
        input_data("me", "my lib.tPerson"),
        decision(
            "d",
            "[my lib.say hello(me.full name), my lib.greeting, me instance of my lib.tPerson]",
            inputs=["me"],
            decisions=["urn:lib#greeting"],
            knowledge=["urn:lib#say_hello"],
        ),
    )
    variables = {"me": {"full name": "Ann"}, "who": {"full name": "Bob"}}
    assert compiled(main, LIBRARY).evaluate("d", variables).value == ["Hello Ann", "Hello Bob", True]


def test_import_without_a_name_brings_names_as_they_are() -> None:
    main = definitions(
        imported(""),
        input_data("me", "tPerson"),
        decision("d", "say hello(me.full name)", inputs=["me"], knowledge=["urn:lib#say_hello"]),
    )
    assert compiled(main, LIBRARY).evaluate("d", {"me": {"full name": "Ann"}}).value == "Hello Ann"


def test_variable_with_a_namespace_is_that_of_the_imported_model() -> None:
    library = definitions(input_data("n"), decision("twice", "n * 2", inputs=["n"]), namespace="urn:lib")
    main = definitions(
        imported("lib"),
        input_data("n"),
        decision("d", "n + lib.twice", inputs=["n"], decisions=["urn:lib#twice"]),
    )
    decisions = compiled(main, library)
    assert decisions.evaluate("d", {"n": 1, "{urn:lib}n": 10}).value == 21
    assert decisions.evaluate("d", {"n": 1}).value == 3


def test_same_id_in_two_models_means_that_of_the_first() -> None:
    first, second = definitions(decision("d", "1")), definitions(decision("d", "2"), namespace="urn:other")
    assert compiled(first, second).evaluate("d", {}).value == 1


# listing, time, functions


def test_decisions_are_listed_with_all_that_they_need() -> None:
    parts = (*SERVED, knowledge("k", [], "1"), decision("d", "k() + inner", decisions=["inner"], knowledge=["k"]))
    decisions = compiled(definitions(*parts, service("s", outputs=["out 1"], inputs=["a"])))
    assert decisions.ids == ("b", "inner", "out_1", "out_2", "d")
    assert decisions.names["out_1"] == "out 1"
    assert decisions.services == {"s": "s"}
    needed = [(found.id, found.kind, found.is_direct) for found in decisions.requirements("d")]
    assert needed == [
        ("inner", "decision", True),
        ("k", "knowledge", True),
        ("a", "input", False),
        ("b", "decision", False),
    ]


def test_unknown_decision_is_refused_with_the_known_ones() -> None:
    with pytest.raises(LookupError, match="there is no decision 'x'; there are d"):
        compiled(definitions(decision("d", "1"))).evaluate("x", {})


def test_time_is_an_argument() -> None:
    decisions = compiled(definitions(decision("d", "now()")))
    moment = dt.datetime(2024, 2, 29, 12, 30, tzinfo=dt.UTC)
    expected = parse_date_time("2024-02-29T12:30:00Z")
    assert decisions.evaluate("d", {}, now=moment).value == expected
    assert decisions.evaluate("d", {}, now=expected).value == expected


def test_registered_functions_are_called_by_name() -> None:
    model = read_decisions(definitions(decision("d", "[shout(x), broken(1)]")))

    def broken(_: object) -> object:
        raise RuntimeError("no")

    decisions = compile_decisions([model], functions={"shout": str.upper, "broken": broken})
    result = decisions.evaluate("d", {"x": "a"})
    assert result.value == ["A", None]
    assert [finding.code for finding in result.diagnostics] == ["function-failed"]


def test_inputs_are_not_changed() -> None:
    variables = {"x": [1, {"y": 2}]}
    compiled(definitions(decision("d", "append(x, 3)"))).evaluate("d", variables)
    assert variables == {"x": [1, {"y": 2}]}


def test_knowledge_model_may_be_evaluated_by_itself() -> None:
    decisions = compiled(definitions(knowledge("gross", ["net: number"], "net * 1.2")))
    assert decisions.evaluate("gross", {"net": 100}).value == 120
    result = decisions.evaluate("gross", {"net": "100"})
    assert (result.value, result.diagnostics[0].code) == (None, "invalid-argument")
