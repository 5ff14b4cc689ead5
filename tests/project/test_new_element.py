"""Adding an element: its file, its line in the registry, its fixture and its test; here all four are in one place."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.core.compile import compile_diagram
from engine.core.elements import ELEMENTS
from engine.core.machine import build_machine
from engine.core.machine.hooks import ProcessMachine
from engine.core.model.behaviour import Behaviour, Kit, Run
from engine.core.model.diagram import Diagram, Flow, Node, Process
from engine.core.model.effects import OpenJob
from engine.core.model.graph import State
from engine.core.model.runtime import ROOT, Delivery, Delta, Instance, Snapshot, Token
from engine.core.run import advance

NOW = datetime(2030, 1, 31, 12, tzinfo=UTC)


class Bell:
    """1. Its file: an element that rings, counts how often, and waits until somebody has heard it."""

    kind = "bell"

    def encode(self, node: Node, process: Process) -> dict[str, Any]:
        return {"tone": node.attributes["tone"]}

    def prepare(self, state: State, kit: Kit) -> Behaviour:
        tone = state.config["tone"]

        def enter(run: Run, token: Token) -> None:
            run.merge(token, {"rung": (run.view(token).get("rung") or 0) + 1})
            run.open(OpenJob(token=token.id, trigger="complete", node=state.node, type=f"ring-{tone}", kind="job"))

        return Behaviour(enter=enter, wait="job")


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> ProcessMachine:
    """2. Its line in the registry. 3. Its fixture: the smallest diagram that has one."""
    monkeypatch.setitem(ELEMENTS, "bell", Bell())
    process = Process("p")
    for node in (
        Node("start", "startEvent", "p", outgoing=["a"]),
        Node("bell", "bell", "p", incoming=["a"], outgoing=["b"], attributes={"tone": "high"}),
        Node("end", "endEvent", "p", incoming=["b"]),
    ):
        process.nodes[node.id] = node
    for flow in (Flow("a", "start", "bell", "p"), Flow("b", "bell", "end", "p")):
        process.flows[flow.id] = flow
    (graph,) = compile_diagram(Diagram(processes=[process]))
    return build_machine(graph.states.values(), graph.transitions)


def take(machine: ProcessMachine, snapshot: Snapshot, *deliveries: Delivery) -> Delta:
    delta = advance(machine, snapshot, deliveries, NOW)
    assert isinstance(delta, Delta)
    return delta


def test_a_new_element_is_compiled_waits_and_goes_on(machine: ProcessMachine) -> None:
    """4. Its test."""
    instance = Instance("1", "p", "1")
    begun = take(machine, Snapshot(instance, is_new=True), Delivery(ROOT, "start", {"variables": {"rung": 2}}))
    (token,) = begun.born
    assert (token.state, instance.variables) == ("bell", {"rung": 3})
    assert [(effect.node, effect.type) for effect in begun.effects if isinstance(effect, OpenJob)] == [
        ("bell", "ring-high")
    ]
    token.is_new = False  # it has been stored
    ended = take(machine, Snapshot(instance, [token]), Delivery(token.id, "complete", {"variables": {"heard": True}}))
    assert ended.gone == [token.id]
    assert (instance.status, instance.variables) == ("completed", {"rung": 3, "heard": True})


def test_a_late_answer_to_a_new_element_is_refused_by_the_machine(machine: ProcessMachine) -> None:
    instance = Instance("1", "p", "1")
    begun = take(machine, Snapshot(instance, is_new=True), Delivery(ROOT, "start", {}))
    answer = Delivery(begun.born[0].id, "complete", {})
    late = take(machine, Snapshot(instance, list(begun.born)), answer, answer)
    assert len(late.refused) == 1
