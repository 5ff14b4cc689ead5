"""The events that a state of a machine takes, and where each leads; whether one has come is the run's business."""

from __future__ import annotations

from typing import NamedTuple

from engine.core.machine.hooks import ProcessMachine


class Possible(NamedTuple):
    """`node` is the event as drawn; `target` the node that is reached by it, empty where it stays inside."""

    trigger: str
    kind: str
    node: str
    target: str


def possible_events(machine: ProcessMachine, state: str) -> list[Possible]:
    """Of the state itself, its boundary and its event sub-processes, in the order of the file."""
    found = []
    for event in machine.states[state].config.get("events", ()):
        edges = machine.events[event["trigger"]].transitions.get(state) if event["trigger"] in machine.events else None
        born = edges[0].born if edges else None
        target = edges[0].target_state if edges else None
        node = machine.states[born].node if born is not None else target.node if target is not None else ""
        found.append(Possible(event["trigger"], event["kind"], event["node"], node))
    return found
