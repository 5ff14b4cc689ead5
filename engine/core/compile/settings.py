"""What a node says of the way into and out of it, as its state's row keeps it; not what its element does."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine.core.compile.draft import Draft
from engine.core.model.diagram import DataAssociation, Listener, Node, Settings
from engine.core.model.encoding import encode, encode_mappings

# A user task's listeners are heard on the way in, once it is created, and on the way out, before anything else.
HEARD_ON_THE_WAY = {
    "create": "create", "creating": "create", "assignment": "create", "assigning": "create",
    "complete": "complete", "completing": "complete",
}  # fmt: skip


def node_config(draft: Draft, node: Node) -> dict[str, Any]:
    settings = node.settings
    config = _mappings(draft, settings)
    for name, associations in (("data_inputs", node.data_inputs), ("data_outputs", node.data_outputs)):
        copies = _copies(associations)
        if copies:
            config[name] = copies
    if settings.async_before:
        config["async_before"] = True
    if settings.async_after:
        config["async_after"] = True
    if not settings.is_exclusive:
        config["is_exclusive"] = False
    if settings.retry_cycle:
        config["retry_cycle"] = settings.retry_cycle
    listeners = encode_listeners(settings.listeners, has_assignee=settings.assignee is not None)
    if listeners:
        config["listeners"] = listeners
        if draft.diagram.dialect == "camunda":
            config["listeners_first"] = True
    if node.documentation:
        config["documentation"] = node.documentation
    return config


def _mappings(draft: Draft, settings: Settings) -> dict[str, Any]:
    config: dict[str, Any] = {}
    if settings.inputs:
        config["inputs"] = encode_mappings(settings.inputs)
    if settings.outputs:
        config["outputs"] = encode_mappings(settings.outputs)
        if draft.diagram.dialect == "camunda":
            config["keeps_results"] = True  # beside what the outputs name; Camunda 8 keeps only that
    return config


def encode_listeners(listeners: Iterable[Listener], has_assignee: bool = False) -> list[dict[str, Any]]:
    entries = []
    for listener in listeners:
        on = HEARD_ON_THE_WAY.get(listener.on, "") if listener.is_task_listener else listener.on
        if listener.on in ("assignment", "assigning") and not has_assignee:
            continue
        if on:
            entries.append(encode_listener(listener, on))
    return entries


def encode_listener(listener: Listener, on: str) -> dict[str, Any]:
    entry: dict[str, Any] = {"on": on, "handler": listener.handler or "script"}
    if listener.script:
        entry["script"] = listener.script
    if listener.fields:
        entry["fields"] = {name: encode(formula) for name, formula in listener.fields.items()}
    if listener.headers:
        entry["headers"] = dict(listener.headers)
    if listener.retries is not None:
        entry["retries"] = encode(listener.retries)
    return entry


def _copies(associations: Iterable[DataAssociation]) -> list[list[Any]]:
    """[source, target, formula or None] for each copy; one onto itself is none."""
    copies: list[list[Any]] = []
    for found in associations:
        for start, end in found.assignments:
            copies.append(["", _plain(end), ["feel", _plain(start)]])
        if not found.assignments and found.target and found.transformation is not None:
            copies.append([found.source, found.target, encode(found.transformation)])
        elif not found.assignments and found.target and found.source and found.source != found.target:
            copies.append([found.source, found.target, None])
    return copies


def _plain(text: str) -> str:
    """An assignment's expression without the marks of its language."""
    text = text.strip()
    if text.startswith(("${", "#{")) and text.endswith("}"):
        return text[2:-1].strip()
    return text.removeprefix("=").strip()
