"""The machine of a version: built from rows alone, shared by all its instances, the same on both kinds of hooks."""

from __future__ import annotations

import json
import threading
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.core.compile.build import compile_diagram
from engine.core.machine import build_machine
from engine.core.machine.hooks import Edge, ProcessState, Refused, finish_plainly
from engine.core.machine.phases import pass_straight
from engine.core.model.graph import Graph, State, Transition
from engine.core.model.runtime import ROOT, Delivery, Delta, Instance, Snapshot, Token
from engine.core.parse import read_diagram
from engine.core.run import advance
from engine.core.run.log import unfold

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TEXT = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">
<process id="p" isExecutable="true"><startEvent id="s"/><exclusiveGateway id="g" default="d"/><userTask id="a"/>
<task id="b"/><task id="c"/>
<sequenceFlow id="f1" sourceRef="s" targetRef="g"/>
<sequenceFlow id="f2" sourceRef="g" targetRef="a"><conditionExpression>x &gt; 1</conditionExpression></sequenceFlow>
<sequenceFlow id="d" sourceRef="g" targetRef="b"/>
<sequenceFlow id="f3" sourceRef="a" targetRef="b"/><sequenceFlow id="f4" sourceRef="a" targetRef="c"/>
</process></definitions>"""


def graph() -> Graph:
    return compile_diagram(read_diagram(TEXT))[0]


def start(machine: Any, **variables: Any) -> Delta:
    snapshot = Snapshot(Instance("1", "p", "1"), is_new=True)
    delta = advance(machine, snapshot, [Delivery(ROOT, "start", {"variables": variables})], NOW)
    assert isinstance(delta, Delta)
    return delta


def test_rows_may_go_through_text_and_back() -> None:
    compiled = graph()
    states = [State(**row) for row in json.loads(json.dumps([asdict(state) for state in compiled.states.values()]))]
    rows = json.loads(json.dumps([asdict(transition) for transition in compiled.transitions]))
    machine = build_machine(states, [Transition(**row) for row in rows])
    assert start(machine, x=2).log == start(build_machine(compiled.states.values(), compiled.transitions), x=2).log


@pytest.mark.parametrize("x", [1, 2])
def test_stock_and_lean_hooks_leave_the_same_history(x: int) -> None:
    compiled = graph()
    logs = [
        list(
            map(
                list, unfold(start(build_machine(compiled.states.values(), compiled.transitions, hooks=hooks), x=x).log)
            )
        )
        for hooks in ("lean", "stock")
    ]
    assert logs[0] == logs[1]


def test_the_default_flow_is_the_last_whatever_its_place() -> None:
    compiled = graph()
    compiled.transitions.sort(key=lambda transition: not transition.is_default)
    machine = build_machine(compiled.states.values(), compiled.transitions)
    assert [token.state for token in start(machine, x=2).born] == ["a"]


def test_tokens_are_not_registered_with_the_machine() -> None:
    compiled = graph()
    machine = build_machine(compiled.states.values(), compiled.transitions)
    start(machine, x=2)
    assert machine.models == []


@pytest.mark.parametrize("hooks", ["lean", "stock"])
def test_an_edge_that_does_not_exist_is_refused_by_the_machine(hooks: Any) -> None:
    compiled = graph()
    machine = build_machine(compiled.states.values(), compiled.transitions, hooks=hooks)
    with pytest.raises(Refused):
        machine.events["complete"].trigger(Token(1, "#end"), None)


def test_states_and_edges_are_the_library_s_own_classes_extended() -> None:
    compiled = graph()
    machine = build_machine(compiled.states.values(), compiled.transitions)
    assert all(isinstance(state, ProcessState) for state in machine.states.values())
    assert all(isinstance(edge, Edge) for edge in machine.edges)
    assert len(machine.edges) == len(compiled.transitions)


def test_a_machine_may_be_shared_by_threads() -> None:
    compiled = graph()
    machine = build_machine(compiled.states.values(), compiled.transitions)
    expected, found = start(machine, x=2).log, []

    def work() -> None:
        found.extend(start(machine, x=2).log == expected for _ in range(200))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [True] * 800


def test_a_state_without_phases_keeps_its_element_s_own_way_in() -> None:
    """What a process does not use costs it nothing."""
    compiled = graph()
    state = build_machine(compiled.states.values(), compiled.transitions).states["b"]
    assert state.arrive is pass_straight
    assert state.leave is None
    assert state.finish is finish_plainly


MANY = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">
<process id="p" isExecutable="true"><startEvent id="s"/>{more}<task id="m">
<multiInstanceLoopCharacteristics><extensionElements><z:loopCharacteristics xmlns:z="http://camunda.org/schema/zeebe/1.0"
inputCollection="=items" inputElement="item"/></extensionElements>{when}</multiInstanceLoopCharacteristics></task>
<userTask id="after"/><sequenceFlow id="f1" sourceRef="{before}" targetRef="m"/>
<sequenceFlow id="f2" sourceRef="m" targetRef="after"/></process></definitions>"""
FORK = (
    '<parallelGateway id="g"/><task id="other"/><sequenceFlow id="f3" sourceRef="s" targetRef="g"/>'
    '<sequenceFlow id="f4" sourceRef="g" targetRef="other"/>'
)
ENOUGH = "<completionCondition>numberOfCompletedInstances = 2</completionCondition>"


@pytest.mark.parametrize(
    ("more", "before", "when"), [("", "s", ""), (FORK, "g", ""), ("", "s", ENOUGH)], ids=["alone", "beside", "enough"]
)
def test_instances_that_only_pass_are_told_as_if_each_had_gone_alone(more: str, before: str, when: str) -> None:
    compiled = compile_diagram(read_diagram(MANY.format(more=more, before=before, when=when)))[0]
    lean, stock = (
        start(build_machine(compiled.states.values(), compiled.transitions, hooks=hooks), items=[7, 8, [9]])
        for hooks in ("lean", "stock")
    )
    assert [list(entry) for entry in unfold(lean.log)] == [list(entry) for entry in stock.log]
    assert lean.instance == stock.instance
    assert [token.id for token in lean.born] == [token.id for token in stock.born]
    assert any(entry[0] == "crowd" for entry in lean.log) is (before == "s" and not when)
