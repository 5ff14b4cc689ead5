"""A diagram into graphs: every node becomes a state, every flow and event edge a transition. Checks are elsewhere."""

from __future__ import annotations

from typing import Any

from engine.core.compile.draft import ACTIVITIES, CONTAINERS, Draft, Ends, is_link, message_of
from engine.core.compile.events import add_boundaries, add_event_sub_processes, add_gateway_events, add_waits
from engine.core.compile.hearing import add_hearing
from engine.core.compile.reach import WideJoinError, reachable_flows
from engine.core.compile.settings import encode_listeners, node_config
from engine.core.compile.starts import add_starts
from engine.core.compile.undoing import add_undo, complete_throws
from engine.core.elements import ELEMENTS
from engine.core.model.collector import collector_at_rest
from engine.core.model.diagram import Diagram, Flow, GlobalTask, Node, Process
from engine.core.model.graph import COMPLETE, END, PROCESS, Graph, State, Transition
from engine.core.model.problems import DiagramError, Problem
from engine.core.model.words import say

GUARDED = frozenset({"exclusiveGateway", "inclusiveGateway", "complexGateway"}) | ACTIVITIES


@collector_at_rest()
def compile_diagram(diagram: Diagram) -> list[Graph]:
    """One graph for each executable process and each global task. The diagram has passed its checks."""
    processes = [process for process in diagram.processes if process.is_executable]
    ends = Ends(diagram)
    return [_build(process, diagram, ends) for process in processes] + [
        _build_global_task(task, diagram, ends) for task in diagram.global_tasks
    ]


def _build_global_task(task: GlobalTask, diagram: Diagram, ends: Ends) -> Graph:
    """A global task is called like a process: one that consists of this task alone."""
    task.node.scope = task.id
    graph = _build(Process(task.id, task.node.name, nodes={task.node.id: task.node}), diagram, ends)
    graph.states[PROCESS].config["is_global_task"] = True
    return graph


def _build(process: Process, diagram: Diagram, ends: Ends) -> Graph:
    draft = Draft(process, diagram, ends)
    root = draft.add_state(PROCESS, "process", process.id, PROCESS, process.name, {"events": []})
    draft.add_state(END, "end", "", PROCESS)
    if process.documentation:
        root.config["documentation"] = process.documentation
    users, groups = process.settings.candidate_starter_users, process.settings.candidate_starter_groups
    if users or groups:
        root.config["starters"] = {"users": list(dict.fromkeys(users)), "groups": list(dict.fromkeys(groups))}
    properties = draft.root_properties()
    if properties:
        root.config["properties"] = properties
    listeners = encode_listeners(process.settings.listeners)
    if listeners:
        root.config["listeners"] = listeners
    add_starts(draft, root)
    add_event_sub_processes(draft, process.id, root)
    for node in process.nodes.values():
        _add_node(draft, node)
    joins = [
        key
        for key, state in draft.graph.states.items()
        if state.kind in ("inclusiveGateway", "complexGateway") and "incoming" in state.config
    ]
    try:
        reaches = reachable_flows(draft.graph, joins)
    except WideJoinError as error:
        node = process.nodes[error.join]
        message = say("Too many nodes lead to too many flows of this join; join them in several steps.")
        raise DiagramError([Problem("join-too-wide", node.id, node.line, message)]) from None
    for join, reach in reaches.items():
        draft.graph.states[join].config["reach"] = reach
    return draft.graph


def _add_node(draft: Draft, node: Node) -> None:
    config = node_config(draft, node) | ELEMENTS[node.kind].encode(node, draft.process)
    if node.kind == "boundaryEvent" or (node.kind == "startEvent" and node.scope != draft.process.id):
        config.pop("outputs", None)  # applied when the event happens, see machine.events
    state = draft.add_state(node.id, node.kind, node.id, draft.scope(node.scope), node.name, config)
    body = _add_body(draft, node, state) if node.loop is not None and node.kind in ACTIVITIES else None
    outer = body or state
    if node.kind in ACTIVITIES:
        add_boundaries(draft, node, outer)
        add_undo(draft, node, state, body)
        properties = draft.properties(node)
        if properties:
            state.config["properties"] = properties
        around = draft.process.nodes.get(node.scope)
        if around is not None and around.kind == "adHocSubProcess":
            outer.config["reports"] = True
    if node.kind == "userTask":
        add_hearing(draft, node, state)
    if node.kind in CONTAINERS:
        _add_container(draft, node, state, body)
    if node.kind == "eventBasedGateway":
        add_gateway_events(draft, node, state)
        return
    _complete_throws(draft, node, state)
    source = outer.key
    if node.kind in ACTIVITIES:
        source = _add_quantities(draft, node, outer)
    if node.kind in ("intermediateCatchEvent", "receiveTask"):
        caught = add_waits(draft, node, state)
        if caught is not None:
            _add_outgoing(draft, node, caught)
    _add_outgoing(draft, node, source)
    if body is not None:
        draft.add(Transition(state.key, COMPLETE, END))


def _add_container(draft: Draft, node: Node, state: State, body: State | None) -> None:
    add_event_sub_processes(draft, node.id, state)
    state.config["opens"] = draft.openers(node.id)
    if node.is_event_sub_process:
        state.config["is_event_sub_process"] = True
    if node.kind == "adHocSubProcess":
        state.config["entries"] = {inner.id: draft.entry(inner.id) for inner in draft.within.get(node.id, ())}
    if node.kind == "transaction":
        outer = body or state
        for event in outer.config.get("events", ()):
            if event["kind"] == "cancel":
                state.config["cancel_trigger"] = event["trigger"]
                if body is not None:
                    state.config["cancel_at"] = body.key


def _add_body(draft: Draft, node: Node, state: State) -> State:
    """The looping activity as a state of its own around its instances."""
    assert node.loop is not None
    kind = "multiInstance" if node.loop.kind == "multi" else "standardLoop"
    config: dict[str, Any] = {"inner": state.key, "is_hidden": True} | ELEMENTS[kind].encode(node, draft.process)
    for name, asked in (("async_before", node.loop.async_before), ("async_after", node.loop.async_after)):
        if state.config.pop(name, None):
            config[name] = True
        if asked:
            state.config[name] = True
    body = draft.add_state(draft.inner_entry(node.id), kind, node.id, state.scope, node.name, config)
    state.scope = body.key
    return body


def _add_quantities(draft: Draft, node: Node, outer: State) -> str:
    """States around an activity that takes several tokens in or gives several out; the key that the flows leave."""
    if node.start_quantity > 1:
        gather = ELEMENTS["gather"].encode(node, draft.process) | {"is_hidden": True}
        draft.add_state(draft.entry(node.id), "gather", node.id, outer.scope, node.name, gather)
        draft.add(Transition(draft.entry(node.id), COMPLETE, outer.key))
    if node.completion_quantity <= 1:
        return outer.key
    out, many = f"{node.id}#out", f"{node.id}#many"
    config = ELEMENTS["multiply"].encode(node, draft.process) | {"target": out, "is_hidden": True}
    draft.add_state(many, "multiply", node.id, outer.scope, node.name, config)
    draft.add_state(out, "caught", node.id, outer.scope, node.name, {"is_hidden": True})
    draft.add(Transition(outer.key, COMPLETE, many))
    draft.add(Transition(many, COMPLETE, out))
    return out


def _complete_throws(draft: Draft, node: Node, state: State) -> None:
    """A thrown message goes where its message flow leads."""
    complete_throws(draft, node, state)
    flow = draft.ends.outgoing.get(node.id)
    if flow is None:
        return
    definitions = [definition for definition in node.definitions if definition.kind != "link"]
    for throw, definition in zip(state.config.get("throws", ()), definitions, strict=False):
        if throw["kind"] == "message":
            throw["target"] = draft.ends.receiver(flow.target)
            if definition.name is None:
                throw["name"] = ["static", message_of(flow)]


def _add_outgoing(draft: Draft, node: Node, source: str) -> None:
    if node.kind == "intermediateThrowEvent" and is_link(node):
        target = draft.link_target(node)
        if target is not None:
            draft.add(Transition(source, COMPLETE, target))
            return
    flows = draft.flows(node)
    for position, flow in enumerate(flows):
        _add_flow(draft, node, source, flow, position)
    if not flows:
        draft.add(Transition(source, COMPLETE, END))


def _add_flow(draft: Draft, node: Node, source: str, flow: Flow, position: int) -> None:
    is_guarded = node.kind in GUARDED
    is_default = is_guarded and flow.id == node.default_flow
    condition = flow.condition if is_guarded and not is_default else None
    guard = (condition.language, condition.text) if condition is not None and condition.text.strip() else None
    config: dict[str, Any] = {"name": flow.name} if flow.name else {}
    target = draft.entry(flow.target)
    listeners = encode_listeners(flow.listeners)
    if listeners:
        take = f"{flow.id}#take"
        for listener in listeners:
            listener["on"] = "start"
        if take not in draft.graph.states:
            scope = draft.scope(flow.scope)
            draft.add_state(take, "caught", flow.id, scope, flow.name, {"listeners": listeners, "is_hidden": True})
            draft.add(Transition(take, COMPLETE, target, flow.id))
        target = take
    draft.add(Transition(source, COMPLETE, target, flow.id, guard, position, is_default, config=config))
    if node.kind == "complexGateway" and guard is not None and "waitingForStart" in guard[1]:
        _add_again(draft, node, flow, guard, target)


def _add_again(draft: Draft, node: Node, flow: Flow, guard: tuple[str, str], target: str) -> None:
    """The flows that a complex gateway may take once more when it is reset; none of them is no error then."""
    trigger = f"reset:{node.id}"
    state = draft.graph.states[node.id]
    if "again" not in state.config:
        state.config["again"] = trigger
        draft.add(Transition(node.id, trigger, END, is_default=True))
    draft.add(Transition(node.id, trigger, target, flow.id, guard, config={"leaves": True}))
