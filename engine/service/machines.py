"""What the engine executes of a diagram that is not deployed: its states and transitions, with words for people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from engine.core.compile import compile_diagram
from engine.core.compile.check import check_diagram
from engine.core.model.graph import COMPLETE, END, PROCESS, Graph, State, Transition
from engine.core.model.problems import DiagramError
from engine.core.model.words import say
from engine.core.parse import read_diagram
from engine.service.expressions import expression_budget
from engine.service.rights import Actor, require_any
from engine.service.schedules import describe_own_timer

MOST_CHARACTERS = 5_000_000
_NAMED = {
    "conditional": say("condition %(name)s"),
    "error": say("error %(name)s"),
    "escalation": say("escalation %(name)s"),
    "link": say("link %(name)s"),
    "message": say("message %(name)s"),
    "signal": say("signal %(name)s"),
}
_UNNAMED = {
    "cancel": say("the transaction is cancelled"),
    "compensate": say("compensation"),
    "conditional": say("condition"),
    "error": say("any error"),
    "escalation": say("any escalation"),
}


def describe_machines(actor: Actor, xml: bytes) -> list[dict[str, Any]]:
    """One machine for each executable process. DiagramError where the diagram cannot run."""
    require_any(actor, "edit")
    diagram = read_diagram(xml)
    problems = check_diagram(diagram, budget=expression_budget())
    if any(problem.severity == "error" for problem in problems):
        raise DiagramError(problems)
    return [_describe(graph) for graph in compile_diagram(diagram)]


def _describe(graph: Graph) -> dict[str, Any]:
    return {
        "process": graph.process,
        "name": graph.name or graph.process,
        "states": [_state(state) for state in graph.states.values()],
        "transitions": [_transition(graph, number, row) for number, row in enumerate(graph.transitions)],
    }


def _state(state: State) -> dict[str, Any]:
    name = {PROCESS: say("The process"), END: say("The end")}.get(state.key) or state.name or state.node
    return {
        "key": state.key,
        "kind": state.kind,
        "node": state.node,
        "scope": state.scope,
        "name": name,
        "is_inner": bool(state.config.get("is_hidden")) or (state.key not in (PROCESS, END, state.node)),
    }


def _transition(graph: Graph, number: int, row: Transition) -> dict[str, Any]:
    return {
        "number": number,
        "source": row.source,
        "target": row.target,
        "born": row.born,
        "trigger": row.trigger,
        "cause": _cause(graph.states[row.source], row),
        "is_completion": row.trigger == COMPLETE and _awaited(graph.states[row.source]) is None,
        "flow": row.flow,
        "guard": row.guard[1] if row.guard is not None else "",
        "is_default": row.is_default,
    }


def _cause(source: State, row: Transition) -> str:
    """What sets the transition off, as people say it."""
    if row.trigger == COMPLETE:
        own = _awaited(source)
        return say("when done") if own is None else _event(own)
    if row.trigger.startswith("start"):
        known = next((entry for entry in source.config.get("starts", ()) if entry["trigger"] == row.trigger), None)
        return (
            say("start") if known is None or known["kind"] == "none" else say("start by %(event)s", event=_event(known))
        )
    event = next((one for one in source.config.get("events", ()) if one["trigger"] == row.trigger), None)
    return row.trigger if event is None else _event(event)


def _awaited(source: State) -> Mapping[str, Any] | None:
    """The event that completes the state, where it is one that waits."""
    return next((event for event in source.config.get("events", ()) if event["trigger"] == COMPLETE), None)


def _event(event: Mapping[str, Any]) -> str:
    kind = str(event["kind"])
    if kind == "timer":
        return describe_own_timer(event, datetime.now(UTC))
    for member in ("name", "formula", "code"):
        value = event.get(member)
        if isinstance(value, list) and len(value) == 2 and value[1]:
            return say(_NAMED[kind].sentence, name=value[1])
    return _UNNAMED.get(kind, kind)
