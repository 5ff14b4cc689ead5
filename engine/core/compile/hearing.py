"""Listeners of a user task that are called beside it: its time is over, somebody changes it, it goes away undone."""

from __future__ import annotations

from engine.core.compile.draft import Draft
from engine.core.compile.settings import encode_listener
from engine.core.model.diagram import Listener, Node
from engine.core.model.graph import COMPLETE, END, PROCESS, State, Transition, heard

# What a listener calls it → the trigger that whoever changes the task delivers.
DELETIONS = frozenset({"delete", "canceling"})
CHANGES = {"assignment": "assignment", "assigning": "assignment", "update": "update", "updating": "update"}


def add_hearing(draft: Draft, node: Node, state: State) -> None:
    """They get a token of their own, which is gone when they have been called."""
    changes: dict[str, list[Listener]] = {}
    deletions = [one for one in node.settings.listeners if one.is_task_listener and one.on in DELETIONS]
    if deletions:
        state.config["on_deletion"] = key = f"{node.id}#{heard('deletion')}"
        _add_calls(draft, node, key, PROCESS, deletions).config["lingers"] = True
    for number, listener in enumerate(node.settings.listeners):
        if not listener.is_task_listener:
            continue
        if listener.timer is not None:
            trigger = f"{heard('timeout')}:{number}"
            event = draft.event(listener.timer, node, trigger) | {"is_interrupting": False}
            state.config.setdefault("events", []).append(event)
            _bear(draft, node, state, trigger, [listener])
        elif listener.on in CHANGES:
            changes.setdefault(heard(CHANGES[listener.on]), []).append(listener)
    for trigger, listeners in changes.items():
        _bear(draft, node, state, trigger, listeners)


def _bear(draft: Draft, node: Node, state: State, trigger: str, listeners: list[Listener]) -> None:
    key = f"{node.id}#{trigger}"
    _add_calls(draft, node, key, state.scope, listeners)
    draft.add(Transition(state.key, trigger, None, born=key))


def _add_calls(draft: Draft, node: Node, key: str, scope: str, listeners: list[Listener]) -> State:
    config = {"listeners": [encode_listener(listener, "start") for listener in listeners], "is_hidden": True}
    draft.add(Transition(key, COMPLETE, END))
    return draft.add_state(key, "caught", node.id, scope, node.name, config)
