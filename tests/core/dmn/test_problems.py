"""Bad files: every problem at once, each with its element and line, and nothing that hangs or grows."""

from __future__ import annotations

import pytest

from engine.core.dmn import compile_decisions
from engine.core.feel import Budget
from engine.core.feel.generator import Generator
from engine.core.feel.tree import Node
from engine.core.model.decision_codes import DECISION_CODES
from engine.core.model.problems import DiagramError
from engine.core.parse.dmn import read_decisions
from tests.core.dmn.models import (
    allowed,
    compiled,
    component,
    decide,
    decision,
    definitions,
    input_data,
    item,
    knowledge,
    literal,
    service,
    table,
)


def refused(*texts: str) -> list[tuple[str, str]]:
    """The codes and elements of what is wrong with the files together."""
    with pytest.raises(DiagramError) as caught:
        compiled(*texts)
    for problem in caught.value.problems:
        assert problem.code in DECISION_CODES
        assert problem.message.endswith(".") or ": " in problem.message
    return [(problem.code, problem.node) for problem in caught.value.problems]


READ: dict[str, tuple[str, tuple[str, str]]] = {
    "conditional without else": (
        decision("d", f"<conditional><if>{literal('x')}</if><then>{literal('1')}</then></conditional>"),
        ("incomplete-expression", "d"),
    ),
    "entry without a value": (
        decision("d", '<context id="c"><contextEntry><variable name="a"/></contextEntry></context>'),
        ("incomplete-expression", "c"),
    ),
    "row too short": (
        decision("d", f'<relation id="r"><column name="a"/><column name="b"/><row>{literal("1")}</row></relation>'),
        ("incomplete-expression", "r"),
    ),
    "rule too short": (decision("d", table(["x", "y"], [("1", "2")])), ("incomplete-table", "r1")),
    "table without output": (decision("d", '<decisionTable id="t"/>'), ("incomplete-table", "t")),
    "column without expression": (
        decision("d", '<decisionTable id="t"><input id="i"/><output/></decisionTable>'),
        ("incomplete-table", "i"),
    ),
    "columns without names": (
        decision("d", '<decisionTable id="t"><output/><output/></decisionTable>'),
        ("incomplete-table", "t"),
    ),
    "unknown hit policy": (decision("d", table(["x"], [], policy="LAST")), ("unknown-hit-policy", "t")),
    "unknown aggregation": (
        decision("d", table(["x"], [], policy="COLLECT", aggregation="MEAN")),
        ("unknown-hit-policy", "t"),
    ),
    "aggregated columns": (
        decision("d", table([], [], outputs=["a", "b"], policy="COLLECT", aggregation="SUM")),
        ("unknown-hit-policy", "t"),
    ),
    "loop without variable": (
        decision("d", f'<for id="f"><in>{literal("x")}</in><return>{literal("1")}</return></for>'),
        ("incomplete-expression", "f"),
    ),
    "element without id and name": ("<decision/>", ("missing-name", "")),
    "component without name": (
        '<itemDefinition name="t" id="t"><itemComponent/></itemDefinition>',
        ("missing-name", "t"),
    ),
    "id twice": (decision("d", "1") + input_data("d"), ("duplicate-id", "d")),
}


@pytest.mark.parametrize("name", READ)
def test_structure_that_is_wrong_is_refused_when_read(name: str) -> None:
    text, expected = READ[name]
    with pytest.raises(DiagramError) as caught:
        read_decisions(definitions(text))
    found = [(problem.code, problem.node) for problem in caught.value.problems]
    assert expected in found
    assert caught.value.problems[0].line == 1


LINKED: dict[str, tuple[str, tuple[str, str]]] = {
    "dangling requirement": (decision("d", "1", inputs=["nobody"]), ("dangling-reference", "d")),
    "dangling output": (service("s", outputs=["nobody"]), ("dangling-reference", "s")),
    "namespace that is not imported": (decision("d", "1", decisions=["urn:x#e"]), ("dangling-reference", "d")),
    "missing import": (
        '<import id="i" name="x" namespace="urn:x" importType="https://www.omg.org/spec/DMN/20230324/MODEL/"/>',
        ("missing-import", "i"),
    ),
    "decision that requires itself": (decision("d", "1", decisions=["d"]), ("requirement-cycle", "d")),
    "decisions in a ring": (
        decision("d", "1", decisions=["e"]) + decision("e", "1", decisions=["d"]),
        ("requirement-cycle", "d"),
    ),
    "unknown type": (decision("d", "1", type_ref="tNothing"), ("unknown-type", "d")),
    "unknown type of a component": (item("t", body=component("a", "tNothing")), ("unknown-type", "")),
    "type of itself": (item("t", "u") + item("u", "t"), ("type-cycle", "")),
    "literal that does not parse": (decision("d", "1 +"), ("invalid-expression", "d")),
    "entry that does not parse": (decision("d", table(["x"], [("1 2", "1")])), ("invalid-expression", "r1")),
    "output that does not parse": (decision("d", table(["x"], [("1", "[")])), ("invalid-expression", "r1")),
    "input that does not parse": (decision("d", table(["x y z ("], [])), ("invalid-expression", "i0")),
    "allowed values that do not parse": (item("t", "number", allowed("1 2")), ("invalid-expression", "t")),
    "body that does not parse": (knowledge("k", [], "if"), ("invalid-expression", "k")),
    "juel that does not parse": (decision("d", literal("${")), ("invalid-expression", "d")),
    "another language": (
        decision("d", '<literalExpression expressionLanguage="groovy"><text>1</text></literalExpression>'),
        ("unsupported-language", "d"),
    ),
    "PMML": (
        decision("d", f'<functionDefinition kind="PMML">{literal("1")}</functionDefinition>'),
        ("unsupported-function", "d"),
    ),
}


@pytest.mark.parametrize("name", LINKED)
def test_what_cannot_run_is_refused_when_compiled(name: str) -> None:
    text, expected = LINKED[name]
    assert expected in refused(definitions(text))


def test_all_problems_come_at_once() -> None:
    found = refused(
        definitions(decision("a", "1 +"), decision("b", "(", inputs=["x"]), decision("c", "1", type_ref="t"))
    )
    assert found == [
        ("dangling-reference", "b"),
        ("invalid-expression", "a"),
        ("invalid-expression", "b"),
        ("unknown-type", "c"),
    ]


def test_problem_has_the_line_of_its_element() -> None:
    text = definitions(
        "\n\n", decision("d", "\n".join(("<literalExpression>", "<text>1 +</text></literalExpression>")))
    )
    with pytest.raises(DiagramError) as caught:
        compiled(text)
    assert caught.value.problems[0].line == 3


def test_what_only_warns_is_kept_and_runs() -> None:
    other = '<import name="x" namespace="urn:x" importType="http://www.w3.org/2001/XMLSchema"/>'
    same = '<inputData id="e" name="d"><variable name="d"/></inputData>'
    decisions = compiled(definitions(other, decision("d", "1 + count()"), same))
    codes = [warning.code for warning in decisions.warnings]
    assert codes == ["unsupported-import", "duplicate-name", "invalid-call"]
    assert decisions.evaluate("d", {}).value is None


def test_unchecked_files_answer_null_with_a_finding_where_a_text_does_not_parse() -> None:
    model = read_decisions(definitions(decision("d", "1 +"), decision("e", "1", decisions=["d"])))
    decisions = compile_decisions([model], is_checked=False)
    result = decisions.evaluate("e", {})
    assert result.value == 1
    assert [(finding.code, finding.node) for finding in result.diagnostics] == [("invalid-expression", "d")]


@pytest.mark.parametrize("text", ["<a/>", '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>'])
def test_what_is_no_decision_file_is_refused(text: str) -> None:
    with pytest.raises(DiagramError) as caught:
        read_decisions(text)
    assert caught.value.problems[0].code == "not-dmn"


def test_hostile_xml_is_refused_at_the_door() -> None:
    with pytest.raises(DiagramError) as caught:
        read_decisions('<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/hostname">]>' + definitions())
    assert caught.value.problems[0].code == "xml-doctype"


def test_import_location_is_never_followed() -> None:
    where = '<import name="x" namespace="urn:x" locationURI="file:///etc/hostname" importType="http://www.omg.org/spec/DMN/x"/>'
    assert refused(definitions(where)) == [("missing-import", "")]


HOSTILE = {
    "list that doubles": "for i in 1..1000 return for j in 1..1000 return for k in 1..1000 return 1",
    "text that doubles": 'for i in 1..64 return string join(for j in 1..1000000 return "aaaaaaaaaa")',
    "power": "9 ** 9 ** 9",
    "endless text": 'substring("a", 1, 99999999999999999999)',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_costly_logic_ends_within_its_budget(name: str) -> None:
    nested = "".join(f'<for iteratorVariable="v{n}"><in>{literal("1..1000")}</in><return>' for n in range(3))
    logic = nested + literal(HOSTILE[name]) + "</return></for>" * 3
    result = decide(decision("d", logic.replace("1..1000<", "[1..1000]<")))
    assert result.value is None or name in ("power", "endless text")
    assert len(result.diagnostics) <= 100
    assert len(result.records) == 1


def test_records_of_many_calls_are_bounded() -> None:
    rates = knowledge("rate", ["x"], table(["x"], [("-", "1")]))
    result = decide(rates, decision("d", "for i in 1..5000 return rate(i)", knowledge=["rate"]))
    assert len(result.value) == 5_000
    assert len(result.records) <= 1_001
    assert result.records[-1].id == "d"


def test_budget_is_the_callers() -> None:
    model = read_decisions(definitions(decision("d", "for i in 1..500 return i")))
    small = compile_decisions([model], budget=Budget(steps=40))
    assert small.evaluate("d", {}).diagnostics[0].code == "budget-steps"
    with pytest.raises(DiagramError, match="longer than 10 characters"):
        compile_decisions([model], budget=Budget(source=10))


# too much logic for one deployment

_LONG = "+".join("a" * 900)
_DECIDES = decision("d", _LONG)
_KNOWS = knowledge("k", ["a"], _LONG)
_TESTS = decision("d", table(["x"], [(f"a{_LONG} + {number}", "1") for number in range(4)]))
_GIVES = decision("d", table(["x"], [("-", f"{_LONG} + {number}") for number in range(4)]))
_LISTS = decision("d", f"<list>{literal(_LONG) * 4}</list>")
_BOUNDS = item("t", "number", allowed(f"{_LONG} > 1"))
LONG = {"decisions": _DECIDES * 4, "functions": _KNOWS * 4, "cells": _TESTS, "outputs": _GIVES, "boxes": _LISTS}
LONG["types"] = "".join(_BOUNDS.replace('"t"', f'"t{number}"') for number in range(4))


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_expressions_that_are_too_many_together_stop_the_reading_where_they_are(text: str) -> None:
    numbered = text
    for number in range(4):
        numbered = numbered.replace('id="d" name="d"', f'id="d{number}" name="d{number}"', 1)
        numbered = numbered.replace('id="k" name="k"', f'id="k{number}" name="k{number}"', 1)
    model = read_decisions(definitions(numbered))
    compile_decisions([model], budget=Budget(total=8_000))
    with pytest.raises(DiagramError) as caught:
        compile_decisions([model], budget=Budget(total=1_000))
    (problem,) = caught.value.problems
    assert problem.code == "too-many-expressions"
    assert problem.node
    assert problem.line is not None


def test_many_long_expressions_are_refused_after_a_part_of_the_work(counted: list[str]) -> None:
    text = definitions(*(decision(f"d{number}", f"{_LONG} + {number}") for number in range(40)))
    with pytest.raises(DiagramError):
        compile_decisions([read_decisions(text)], budget=Budget(total=10_000))
    assert 9 < len(counted) < 13


def test_a_table_of_constants_costs_nothing_of_the_total() -> None:
    rules = [(f'"{number}"', f"{number}") for number in range(300)]
    compile_decisions([read_decisions(definitions(decision("d", table(["x"], rules))))], budget=Budget(total=10))


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts for which code was generated."""
    made: list[str] = []
    finish = Generator.finish

    def count(generator: Generator, root: Node) -> object:
        made.append(str(root.start))
        return finish(generator, root)

    monkeypatch.setattr(Generator, "finish", count)
    return made
