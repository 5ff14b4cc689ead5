"""Processes told as states and transitions: what is refused, what is drawn, and that the engine runs it as told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.core.model.problems import CorrelationError, DiagramError
from engine.core.parse import read_diagram
from engine.core.parse.states_bpmn import write_states
from engine.core.parse.states_json import read_states
from engine.core.simulate import Simulation, read_bpmn

ORDER: dict[str, Any] = {
    "name": "Order",
    "initial": "Draft",
    "states": [{"id": "Draft"}, {"id": "review", "name": "In review"}],
    "transitions": [
        {"from": "Draft", "event": "submit", "to": "review", "guard": "= amount > 0", "do": "notify"},
        {"from": "Draft", "event": "cancel", "to": "Cancelled"},
        {"from": "review", "event": "approve", "to": "Done"},
        {"from": "review", "after": "P3D", "to": "Draft"},
    ],
}
LIGHT: dict[str, Any] = {
    "id": "light",
    "initial": "green",
    "states": {
        "green": {"on": {"TICK": "yellow"}},
        "yellow": {"after": {"1500": "red"}},
        "red": {"type": "final"},
    },
}


def started(states: dict[str, Any], **variables: Any) -> tuple[Simulation, Any]:
    sim = Simulation(write_states(read_states(states)), handlers={"notify": lambda job: None})
    return sim, sim.start(variables=variables)


def place(run: Any) -> list[str]:
    return [wait.name for wait in run.waits]


def test_events_lead_from_state_to_state() -> None:
    sim, run = started(ORDER, amount=5)
    assert place(run) == ["Draft"]
    sim.message("submit")
    assert place(run) == ["In review"]
    sim.message("approve")
    assert run.status == "completed"


def test_event_that_no_guard_lets_pass_leaves_the_state_as_it_is() -> None:
    sim, run = started(ORDER, amount=0)
    sim.message("submit")
    assert place(run) == ["Draft"]
    run.set_variables({"amount": 1})
    sim.message("submit")
    assert place(run) == ["In review"]


def test_event_of_another_state_is_not_taken() -> None:
    sim, _ = started(ORDER, amount=5)
    with pytest.raises(CorrelationError):
        sim.message("approve")


def test_time_leads_on_where_no_event_came() -> None:
    sim, run = started(ORDER, amount=5)
    sim.message("submit")
    sim.advance(timedelta(days=3))
    assert place(run) == ["Draft"]


def test_nested_notation_says_the_same_with_milliseconds() -> None:
    sim, run = started(LIGHT)
    sim.message("TICK")
    sim.advance(timedelta(seconds=1))
    assert place(run) == ["yellow"]
    sim.advance(timedelta(seconds=1))
    assert run.status == "completed"


def test_ways_of_one_event_are_asked_in_their_order() -> None:
    states = {
        "states": ["a"],
        "transitions": [
            {"from": "a", "event": "go", "to": "big", "guard": "sum > 100"},
            {"from": "a", "event": "go", "to": "medium", "guard": "sum > 10"},
            {"from": "a", "event": "go", "to": "small"},
            {"from": "big", "event": "x", "to": "end"},
            {"from": "medium", "event": "x", "to": "end"},
            {"from": "small", "event": "x", "to": "end"},
        ],
    }
    for amount, found in ((500, "big"), (50, "medium"), (5, "small")):
        sim, run = started(states, sum=amount)
        sim.message("go")
        assert place(run) == [found]


def test_what_people_read_are_words() -> None:
    named = {**ORDER["transitions"][2], "do": "tell-buyer", "name": "Tell the buyer"}
    half = {"from": "review", "after": "P1M2DT90M", "to": "Late"}
    states = {**ORDER, "transitions": [*ORDER["transitions"][:2], named, half]}
    (process,) = read_diagram(write_states(read_states(states))).processes
    names = {node.name for node in process.nodes.values()}
    assert {"Begin", "Notify", "Tell the buyer", "amount > 0?", "after 1 month, 2 days and 90 minutes"} <= names
    assert "" not in names
    assert {flow.name for flow in process.flows.values()} == {"", "yes", "no"}


@pytest.mark.parametrize("states", [ORDER, LIGHT])
def test_what_is_drawn_has_no_problems_and_a_layout(states: dict[str, Any]) -> None:
    xml = write_states(read_states(states))
    assert read_bpmn(xml).problems == ()
    assert b"BPMNShape" in xml


def test_states_that_only_transitions_name_exist_and_are_final_where_nothing_leaves_them() -> None:
    machine = read_states(ORDER)
    assert {state.name: state.is_final for state in machine.states.values()} == {
        "Draft": False,
        "In review": False,
        "Cancelled": True,
        "Done": True,
    }


def test_names_become_ids_and_none_is_taken_twice() -> None:
    states = {
        "name": "begin",
        "states": ["begin", "the big one!"],
        "transitions": [
            {"from": "begin", "event": "begin", "to": "the big one!"},
            {"from": "begin", "event": "the big one!", "to": "begin"},
        ],
    }
    reading = read_bpmn(write_states(read_states(states)))
    assert reading.problems == ()
    assert len(set(reading.ids)) == len(reading.ids)


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ([], "one JSON object"),
        ({"states": []}, "no state yet"),
        ({"states": ["a"], "initial": "b"}, "no state “b”"),
        ({"states": 5}, "states must be a list"),
        ({"states": [5]}, r"states\[1\] must be a name"),
        ({"states": ["a"], "transitions": [{"from": "a", "to": "b"}]}, "needs an event"),
        ({"states": ["a"], "transitions": [{"from": "a", "to": "b", "event": "e", "after": "P1D"}]}, "not both"),
        ({"states": ["a"], "transitions": [{"from": "a", "event": "e"}]}, "the one it leads to"),
        ({"states": ["a\nb"]}, "one line"),
        ({"states": ["a" * 300]}, "at most 200"),
        ({"states": {"a": {"on": {"e": 5}}}}, "must lead to a state"),
        ({"states": {"a": {"type": "final", "on": {"e": "b"}}}}, "final"),
        (
            {
                "states": ["a"],
                "transitions": [
                    {"from": "a", "event": "e", "to": "b"},
                    {"from": "a", "event": "e", "to": "c", "guard": "x"},
                ],
            },
            "put it last",
        ),
        ({"states": [{"id": str(n)} for n in range(600)]}, "at most 500"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(states: object, words: str) -> None:
    with pytest.raises(DiagramError, match=words):
        read_states(states)
