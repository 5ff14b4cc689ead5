"""Compensation, laid out when the graph is built: what undoes a node, and what a throw may see."""

from __future__ import annotations

from typing import Any

from engine.core.compile.draft import CONTAINERS, Draft
from engine.core.model.diagram import Node
from engine.core.model.graph import State


def handler_of(draft: Draft, node: Node) -> str | None:
    """Where the activity begins that is associated with the node's compensation boundary event."""
    for boundary in draft.attached.get(node.id, ()):
        if any(definition.kind == "compensate" for definition in boundary.definitions):
            target = draft.handlers.get(boundary.id)
            if target is not None:
                return draft.entry(target)
    return None


def event_handler_of(draft: Draft, scope: str) -> Node | None:
    """The compensation event sub-process of a scope."""
    if draft.event_handlers is None:
        draft.event_handlers = {}
        for start in draft.process.nodes.values():
            holder = draft.process.nodes.get(start.scope)
            if (
                holder is not None
                and holder.is_event_sub_process
                and start.kind == "startEvent"
                and any(definition.kind == "compensate" for definition in start.definitions)
            ):
                draft.event_handlers.setdefault(holder.scope, holder)
    return draft.event_handlers.get(scope)


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
    if draft.undoes is None:
        draft.undoes = set()
        nodes = draft.process.nodes
        for inner in nodes.values():
            scope = inner.id if event_handler_of(draft, inner.id) is not None else inner.scope
            if scope != inner.id and handler_of(draft, inner) is None:
                continue
            while scope in nodes and scope not in draft.undoes:
                draft.undoes.add(scope)
                scope = nodes[scope].scope
    return node.id in draft.undoes


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
