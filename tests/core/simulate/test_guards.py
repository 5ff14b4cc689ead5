"""Conditions that have no answer, and steps that cannot be entered: what goes on, and what history keeps."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from engine.core.compile import compile_diagram
from engine.core.compile.check import check_diagram
from engine.core.feel import Budget
from engine.core.machine import build_machine
from engine.core.model.problems import DiagramError
from engine.core.model.runtime import ROOT, Delivery, Delta, Instance, Snapshot
from engine.core.parse import read_diagram
from engine.core.run import advance
from engine.core.simulate import Simulation
from engine.core.simulate.simulation import DEFAULT_NOW
from tests.core.simulate.texts import bpmn, flows, line, user


def guarded(condition: str) -> str:
    """A gateway with a guarded way to `guarded` and its default to `otherwise`."""
    guard = f"<conditionExpression>{condition}</conditionExpression>"
    return bpmn(
        f'<startEvent id="s"/><exclusiveGateway id="g" default="no"/>{user("guarded")}{user("otherwise")}{flows("s g")}'
        f'<sequenceFlow id="yes" sourceRef="g" targetRef="guarded">{guard}</sequenceFlow>'
        '<sequenceFlow id="no" sourceRef="g" targetRef="otherwise"/>'
    )


def messages(log: list[Any]) -> list[str]:
    return [entry[3] for entry in log if entry[0] == "guard"]


@pytest.mark.parametrize(
    ("condition", "variables", "reasons"),
    [
        ("=amount &gt; 10", {"amount": "many"}, ["amount > 10", "string", "0..11"]),
        ("=amount &gt; 10", {"amount": None}, ["amount > 10"]),
        ('=substring(1, 2) &gt; "a"', {}, ["argument 'string' must be a string"]),
        ("=count(for i in 1..100000, j in 1..100000 return i) = 1", {}, ["budget-steps"]),
        ("=null", {}, ["it has no value"]),
    ],
)
def test_a_guard_that_is_null_is_not_taken_and_history_says_why(
    condition: str, variables: dict[str, Any], reasons: list[str]
) -> None:
    run = Simulation(guarded(condition)).start(variables=variables)
    assert [wait.node for wait in run.waits] == ["otherwise"]
    (message,) = messages(run.log)
    assert [reason for reason in reasons if reason not in message] == []


@pytest.mark.parametrize(("amount", "node"), [(50, "guarded"), (5, "otherwise")])
def test_a_guard_that_is_true_or_false_leaves_nothing_in_history(amount: int, node: str) -> None:
    run = Simulation(guarded("=amount &gt; 10")).start(variables={"amount": amount})
    assert ([wait.node for wait in run.waits], messages(run.log)) == ([node], [])


@pytest.mark.parametrize("hooks", ["lean", "stock"])
def test_a_machine_spends_no_more_on_a_guard_than_its_budget(hooks: Literal["lean", "stock"]) -> None:
    (graph,) = compile_diagram(read_diagram(guarded("=count(for i in 1..100 return i) = 100")))
    for budget, node in ((Budget(), "guarded"), (Budget(steps=10), "otherwise")):
        machine = build_machine(graph.states.values(), graph.transitions, budget=budget, hooks=hooks)
        snapshot = Snapshot(Instance("1", graph.process, "1"), [], is_new=True)
        delta = advance(machine, snapshot, [Delivery(ROOT, "start", {"variables": {}})], DEFAULT_NOW)
        assert isinstance(delta, Delta)
        assert [machine.states[token.state].node for token in delta.born] == [node]
        assert len(messages(delta.log)) == (node == "otherwise")


def test_an_expression_beyond_the_budget_is_a_problem_of_the_diagram() -> None:
    diagram = read_diagram(guarded("=" + "1 + " * 50 + "1 = 51"))
    assert [found.code for found in check_diagram(diagram)] == []
    (found,) = check_diagram(diagram, budget=Budget(source=100))
    assert (found.code, found.node) == ("invalid-expression", "yes")


@pytest.mark.parametrize(
    ("text", "reason", "place"),
    [
        ("${amount > }", "", "character 12"),
        ("${amount.getClass()}", "'getClass' cannot be called", "character 10"),
        ("${amount > 1 ? 2}", "", "character 17"),
        ("${execution.setVariable('a', 1)}", "", "character 13"),
        ("${a = 1}", "", "character 5"),
        ("${''.class.forName('x')}", "'forName' cannot be called", "character 12"),
    ],
)
def test_juel_that_is_more_than_the_subset_is_refused_at_deployment_with_its_place(
    text: str, reason: str, place: str
) -> None:
    condition = text.replace("<", "&lt;").replace(">", "&gt;")
    with pytest.raises(DiagramError) as caught:
        Simulation(guarded(condition))
    (found,) = caught.value.problems
    assert (found.code, found.node, found.line) == ("invalid-expression", "yes", 1)
    assert reason in found.message
    assert f"(at {place})" in found.message


def test_a_place_in_an_expression_of_several_lines_has_its_line() -> None:
    with pytest.raises(DiagramError) as caught:
        Simulation(guarded("=if amount then\n  1 +\nelse 2"))
    assert "at line 3, character 1" in caught.value.problems[0].message


def test_a_step_that_cannot_be_entered_is_tried_again_and_not_passed_over() -> None:
    mapped = '<extensionElements><zeebe:ioMapping><zeebe:input source="=function(a) a" target="x"/></zeebe:ioMapping>'
    second = f'<userTask id="second">{mapped}</extensionElements></userTask>'
    run = Simulation(bpmn(line(user("first"), second, user("third")))).start()
    run.complete("first")
    (incident,) = run.incidents
    assert (incident.node, incident.code) == ("second", "value-invalid")
    run.retry(incident)
    assert [(wait.node, wait.kind) for wait in run.waits] == [("second", "incident")]
