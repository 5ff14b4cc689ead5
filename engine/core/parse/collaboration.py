"""Pools, message flows, conversations and choreographies: read, drawn, and not executed by themselves."""

from __future__ import annotations

from typing import Final

from lxml.etree import _Element

from engine.core.model.diagram import Diagram, MessageFlow
from engine.core.parse.context import Context
from engine.core.parse.events import message_name
from engine.core.parse.names import (
    ARTIFACTS,
    BPMN,
    CHOREOGRAPHY_NODES,
    CONVERSATION_NODES,
    FLOW_NODES,
    KNOWN,
    local,
    reference,
    tag,
)
from engine.core.parse.scopes import read_association
from engine.core.parse.tree import line_of, name_of

_DRAWN: Final = (
    FLOW_NODES | CHOREOGRAPHY_NODES | CONVERSATION_NODES | ARTIFACTS | {"sequenceFlow", "conversationLink"}
) - {"association"}
_EXTENSIONS: Final = tag("extensionElements")


def read_collaboration(ctx: Context, element: _Element) -> None:
    """Everything inside a collaboration or choreography, however deep."""
    todo = [element]
    while todo:
        holder = todo.pop()
        for child in holder:
            name = name_of(child)
            if not name.startswith(f"{{{BPMN}}}") or name == _EXTENSIONS:
                continue
            kind = local(name)
            if kind not in KNOWN:
                ctx.stray(child, holder.get("id", ""))
            _read(ctx, child, kind)
            todo.append(child)


def _read(ctx: Context, element: _Element, kind: str) -> None:
    if kind == "participant":
        name = ctx.draw(element)
        ctx.diagram.participants[name] = reference(element.get("processRef"))
        ctx.pools[name] = element.get("name", "")
    elif kind == "messageFlow":
        _read_message_flow(ctx, element)
    elif kind == "association":
        read_association(ctx, element)
    elif kind in _DRAWN:
        ctx.draw(element, kind)


def _read_message_flow(ctx: Context, element: _Element) -> None:
    source, target = reference(element.get("sourceRef")), reference(element.get("targetRef"))
    name = ctx.draw(element, f"message_{source}_{target}")
    flow = MessageFlow(name, source, target, element.get("name", ""), line=line_of(element))
    message = ctx.find(element.get("messageRef"))
    if message is not None and message.tag == tag("message"):
        flow.message = message_name(message).text
    ctx.diagram.message_flows.append(flow)


def name_pools(ctx: Context, diagram: Diagram) -> None:
    """Tell each process the name of the pool it is drawn in."""
    pools = {process: name for name, process in diagram.participants.items() if process}
    for process in diagram.processes:
        if process.id in pools:
            process.participant = ctx.pools[pools[process.id]]
