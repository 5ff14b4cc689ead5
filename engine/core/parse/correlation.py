"""BPMN's own context-based correlation (8.4.2) led to the one correlation key that messages have here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from lxml.etree import _Element

from engine.core.model.diagram import Formula, Process
from engine.core.parse import formulas
from engine.core.parse.context import Context
from engine.core.parse.names import THROW_EVENTS, reference, tag

_SENDERS: Final = THROW_EVENTS | {"sendTask"}
_PROCESS: Final = tag("process")
_SUBSCRIPTION: Final = tag("correlationSubscription")
_BINDING: Final = tag("correlationPropertyBinding")
_RETRIEVAL: Final = tag("correlationPropertyRetrievalExpression")


def apply(ctx: Context, process: Process) -> None:
    """Give the messages that correlation properties can be read from their keys.

    Who waits compares the process's own values of the properties, bound by a subscription (`dataPath`); who
    sends carries what they read from the message (`messagePath`). A key of several properties has all their
    values, each as it is written, in the order of the file.
    """
    bound = _bound(ctx.subscriptions)
    ctx.subscriptions.clear()
    paths = _paths(ctx)
    if not paths:
        return
    compared = _compared(ctx, paths)
    for node in process.nodes.values():
        for definition in node.definitions:
            if definition.kind == "message" and definition.correlation_key is None:
                known = paths.get(definition.reference, {}) if node.kind in _SENDERS else bound
                names = [name for name in compared.get(definition.reference, ()) if name in known]
                if len(names) == 1:
                    definition.correlation_key = known[names[0]]
                else:
                    definition.correlation_parts = tuple(known[name] for name in names)


def _compared(ctx: Context, paths: dict[str, dict[str, Formula]]) -> dict[str, list[str]]:
    """Message → the properties that both of its ends know: of those that can be read from it, the ones that every
    process binds that binds any. Where nobody binds one, whoever waits is elsewhere: all of them."""
    root = ctx.diagram_root
    binders = [_bound(owner.iterchildren(_SUBSCRIPTION)).keys() for owner in root.iterchildren(_PROCESS)]
    found = {}
    for message, readable in paths.items():
        chosen = set(readable)
        for names in binders:
            chosen &= names if names & readable.keys() else chosen
        found[message] = [name for name in readable if name in chosen]
    return found


def _bound(subscriptions: Iterable[_Element]) -> dict[str, Formula]:
    """Correlation property → the process's expression for it."""
    found = {}
    for subscription in subscriptions:
        for binding in subscription.iterchildren(_BINDING):
            path = binding.find(tag("dataPath"))
            if path is not None:
                found[reference(binding.get("correlationPropertyRef"))] = formulas.expression(path)
    return found


def _paths(ctx: Context) -> dict[str, dict[str, Formula]]:
    """Message → correlation property → the expression that reads it from the message."""
    found: dict[str, dict[str, Formula]] = {}
    for name, root in ctx.roots.items():
        if root.tag == tag("correlationProperty"):
            for retrieval in root.iterchildren(_RETRIEVAL):
                path = _path(retrieval)
                if path is not None:
                    found.setdefault(reference(retrieval.get("messageRef")), {})[name] = path
    return found


def _path(retrieval: _Element) -> Formula | None:
    path = retrieval.find(tag("messagePath"))
    return formulas.expression(path) if path is not None else None
