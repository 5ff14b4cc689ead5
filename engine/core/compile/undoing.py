"""Compensation, laid out when the graph is built: what undoes a node, and what a throw may see."""

from __future__ import annotations

from typing import Any

from engine.core.compile.draft import ACTIVITIES, CONTAINERS, Draft
from engine.core.model.diagram import Node
from engine.core.model.graph import State


def handler_of(draft: Draft, node: Node) -> str | None:
    """Where the activity begins that is associated with the node's compensation boundary event."""
    nodes = draft.process.nodes
    for boundary in draft.attached.get(node.id, ()):
        if any(definition.kind == "compensate" for definition in boundary.definitions):
            for source, target in draft.process.associations:
                if source == boundary.id and target in nodes and nodes[target].kind in ACTIVITIES:
                    return draft.entry(target)
    return None


def event_handler_of(draft: Draft, scope: str) -> Node | None:
    """The compensation event sub-process of a scope."""
    for node in draft.within.get(scope, ()):
        if node.is_event_sub_process and any(
            definition.kind == "compensate"
            for start in draft.within.get(node.id, ())
            if start.kind == "startEvent"
            for definition in start.definitions
        ):
            return node
    return None


def undo_of(draft: Draft, node: Node) -> str | None:
    """The state that undoes one complete instance of the node; None where there is nothing to undo."""
    own = handler_of(draft, node)
    if own is not None:
        return own
    if node.kind in CONTAINERS and not _is_compensation(draft, node) and _undoes_inside(draft, node):
        return f"{node.id}#undo"
    return None


def _is_compensation(draft: Draft, node: Node) -> bool:
    return node.is_event_sub_process and event_handler_of(draft, node.scope) is node


def _undoes_inside(draft: Draft, node: Node) -> bool:
    if event_handler_of(draft, node.id) is not None:
        return True
    todo = list(draft.within.get(node.id, ()))
    while todo:
        inner = todo.pop()
        if handler_of(draft, inner) is not None or event_handler_of(draft, inner.id) is not None:
            return True
        todo += draft.within.get(inner.id, ())
    return False


def add_undo(draft: Draft, node: Node, state: State, body: State | None) -> None:
    """Say on the node's states what undoes them, and lay out the states for that."""
    undo = undo_of(draft, node)
    if undo is None:
        return
    state.config["undo"] = undo
    if undo == f"{node.id}#undo":
        handler = event_handler_of(draft, node.id)
        config: dict[str, Any] = {"is_hidden": True}
        if handler is not None:
            config["handler"] = draft.entry(handler.id)
        draft.add_state(undo, "undo", node.id, draft.scope(node.scope), node.name, config)
    if body is not None:
        key = f"{body.key}#undo"
        body.config["undo"] = key
        draft.add_state(key, "undo", node.id, body.scope, node.name, {"is_hidden": True})


def complete_throws(draft: Draft, node: Node, state: State) -> None:
    """Tell a throw event what it can see: of compensation its scopes, of cancel its transaction."""
    definitions = [definition for definition in node.definitions if definition.kind != "link"]
    for throw, definition in zip(state.config.get("throws", ()), definitions, strict=False):
        if throw["kind"] == "compensate":
            _compensation(draft, node, throw)
            if not definition.waits_for_completion:
                throw["later"] = f"{node.id}#undo"
                draft.add_state(throw["later"], "undo", node.id, state.scope, node.name, {"is_hidden": True})
        elif throw["kind"] == "cancel":
            _cancel(draft, node, throw)


def _compensation(draft: Draft, node: Node, throw: dict[str, Any]) -> None:
    nodes, levels, scope = draft.process.nodes, 1, node.scope
    around: list[str] = []
    while scope in nodes and nodes[scope].is_event_sub_process:
        around.append(scope)
        scope = nodes[scope].scope
        levels += 1
    throw["levels"] = levels
    handler = event_handler_of(draft, scope)
    if handler is not None and handler.id not in around:
        throw["handler"] = draft.entry(handler.id)


def _cancel(draft: Draft, node: Node, throw: dict[str, Any]) -> None:
    nodes, scope = draft.process.nodes, node.scope
    while scope in nodes and nodes[scope].kind != "transaction":
        scope = nodes[scope].scope
    if scope not in nodes:
        return
    throw["transaction"] = scope
    # The whole transaction is undone by its parts: the state beside its own undo knows no event sub-process.
    throw["undo"] = f"{scope}#rollback"
    if throw["undo"] not in draft.graph.states:
        draft.add_state(throw["undo"], "undo", scope, scope, nodes[scope].name, {"is_hidden": True})
    throw["undoes"] = {}
    for inner in nodes.values():
        undo = undo_of(draft, inner)
        if undo == f"{inner.id}#undo":
            throw["undoes"][inner.id] = undo
        if undo is not None and inner.loop is not None:
            throw["undoes"][f"{inner.id}#body"] = f"{inner.id}#body#undo"
