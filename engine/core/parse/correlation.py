"""BPMN's own context-based correlation (8.4.2) led to the one correlation key that messages have here."""

from __future__ import annotations

from typing import Final

from lxml.etree import _Element

from engine.core.model.codes import problem
from engine.core.model.diagram import Definition, Formula, Node, Process
from engine.core.parse import formulas
from engine.core.parse.context import Context
from engine.core.parse.names import THROW_EVENTS, reference, tag

_SENDERS: Final = THROW_EVENTS | {"sendTask"}
_BINDING: Final = tag("correlationPropertyBinding")
_RETRIEVAL: Final = tag("correlationPropertyRetrievalExpression")


def apply(ctx: Context, process: Process) -> None:
    """Give the messages that a correlation property can be read from their keys.

    Who waits compares the process's own value of the property, bound by a subscription (`dataPath`); who
    sends carries what the property reads from the message (`messagePath`). A key of several properties has no
    one value: its first bound property counts.
    """
    bound = _bound(ctx)
    ctx.subscriptions.clear()
    paths = _paths(ctx)
    if not paths:
        return
    for node in process.nodes.values():
        for definition in node.definitions:
            if definition.kind == "message" and definition.correlation_key is None:
                keys = _keys(node, definition, bound, paths)
                definition.correlation_key = next(iter(keys.values()), None)
                if len(keys) > 1:
                    first, *others = keys
                    message = f"Only {first} is compared, not {', '.join(others)}: make one property of them."
                    ctx.diagram.problems.append(problem("partial-correlation", node.id, node.line, message))


def _keys(
    node: Node, definition: Definition, bound: dict[str, Formula], paths: dict[str, dict[str, Formula]]
) -> dict[str, Formula]:
    readable = paths.get(definition.reference, {})
    if node.kind in _SENDERS:
        return readable
    return {name: path for name, path in bound.items() if name in readable}


def _bound(ctx: Context) -> dict[str, Formula]:
    """Correlation property → the process's expression for it."""
    found = {}
    for subscription in ctx.subscriptions:
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
