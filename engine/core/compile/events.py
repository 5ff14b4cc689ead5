"""The events that a state waits for: of its boundary, of the event sub-processes inside it, and its own."""

from __future__ import annotations

from typing import Any

from engine.core.compile.draft import Draft
from engine.core.compile.findings import is_instantiating
from engine.core.compile.settings import node_config
from engine.core.model.diagram import Node
from engine.core.model.encoding import encode_mappings
from engine.core.model.graph import COMPLETE, State, Transition

ALWAYS_INTERRUPTING = frozenset({"error", "cancel"})


def add_boundaries(draft: Draft, node: Node, host: State) -> None:
    for boundary in draft.attached.get(node.id, ()):
        for event in _events(draft, boundary):
            if event["kind"] == "compensate":
                continue
            event["is_interrupting"] = boundary.is_interrupting or event["kind"] in ALWAYS_INTERRUPTING
            host.config.setdefault("events", []).append(event)
            if event["is_interrupting"]:
                draft.add(Transition(host.key, event["trigger"], boundary.id))
            else:
                draft.add(Transition(host.key, event["trigger"], None, born=boundary.id))


def add_event_sub_processes(draft: Draft, scope: str, owner: State) -> None:
    for node in draft.within.get(scope, ()):
        if not node.is_event_sub_process:
            continue
        for start in draft.within.get(node.id, ()):
            if start.kind != "startEvent":
                continue
            for event in _events(draft, start):
                if event["kind"] == "compensate":
                    continue
                clears = start.is_interrupting or event["kind"] == "error"
                event.update(is_inside=True, sub_process=node.id, is_interrupting=clears)
                owner.config.setdefault("events", []).append(event)
                born = draft.entry(node.id)
                draft.add(Transition(owner.key, event["trigger"], None, born=born, is_inside=True, clears=clears))


def _events(draft: Draft, node: Node) -> list[dict[str, Any]]:
    """One entry for each definition of an event; of a parallel multiple one they have to happen all."""
    events = []
    for index, definition in enumerate(node.definitions):
        event = draft.event(definition, node, f"fire:{node.id}" + (f":{index}" if index else ""))
        if node.settings.outputs:
            event["outputs"] = encode_mappings(node.settings.outputs)
        if node.is_parallel_multiple and len(node.definitions) > 1:
            event["together"] = len(node.definitions)
            event["repeats"] = not node.is_interrupting
        events.append(event)
    return events


def add_waits(draft: Draft, node: Node, state: State) -> str | None:
    """A catch event's own waits come back as `complete`. Where it has several, repeats, stands behind an event
    gateway or starts the process, it has happened already when a token passes: a second state only goes on.
    Its key is returned."""
    definitions = [definition for definition in node.definitions if definition.kind != "link"]
    is_many = len(definitions) > 1
    repeats = any(definition.timer == "cycle" for definition in definitions)
    caught = f"{node.id}#caught"
    for index, definition in enumerate(definitions):
        trigger = f"fire:{node.id}:{index}" if is_many or repeats else COMPLETE
        event = draft.event(definition, node, trigger)
        if trigger != COMPLETE:
            if node.settings.outputs:
                event["outputs"] = encode_mappings(node.settings.outputs)
            if node.is_parallel_multiple and is_many:
                event["together"] = len(definitions)
            if definition.timer == "cycle":
                event["beside"] = caught
            draft.add(Transition(state.key, trigger, caught, config={"leaves": True}))
        state.config.setdefault("events", []).append(event)
    if not (is_many or repeats or _is_behind_gateway(draft, node) or is_instantiating(node)):
        return None
    is_mapped = is_many or repeats or _is_behind_gateway(draft, node, is_instantiating_too=False)
    skipped = {"async_before", "inputs"} | ({"outputs"} if is_mapped else set())  # the event itself has applied them
    config = {name: value for name, value in node_config(draft, node).items() if name not in skipped}
    if is_many or repeats:
        config["is_hidden"] = True
    draft.add_state(caught, "caught", node.id, state.scope, node.name, config)
    return caught


def _is_behind_gateway(draft: Draft, node: Node, is_instantiating_too: bool = True) -> bool:
    nodes, flows = draft.process.nodes, draft.process.flows
    sources = [nodes[flows[flow].source] for flow in node.incoming if flow in flows]
    return any(
        source.kind == "eventBasedGateway" and (is_instantiating_too or not is_instantiating(source))
        for source in sources
    )


def add_gateway_events(draft: Draft, node: Node, state: State) -> None:
    for flow in draft.flows(node):
        target = draft.process.nodes[flow.target]
        caught = f"{target.id}#caught"
        for event in _events(draft, target):
            state.config.setdefault("events", []).append(event)
            draft.add(Transition(state.key, event["trigger"], caught, flow=flow.id, config={"leaves": True}))
