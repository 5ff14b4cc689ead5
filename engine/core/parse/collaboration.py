"""Pools, message flows, conversations and choreographies: read, drawn, and not executed by themselves."""

from __future__ import annotations

from typing import Final

from lxml.etree import _Element

from engine.core.model.diagram import Definition, Diagram, MessageFlow, Node
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


def send_along_flows(diagram: Diagram) -> None:
    """What the two ends of a message flow say of the message counts for both. A send task that says nothing sends the
    message of its flow, where that leads into a process of the file."""
    if not diagram.message_flows:
        return
    nodes = {name: node for process in diagram.processes for name, node in process.nodes.items()}
    processes = {process.id for process in diagram.processes}
    for flow in diagram.message_flows:
        source, target = nodes.get(flow.source), nodes.get(flow.target)
        is_inside = target is not None or diagram.participants.get(flow.target) in processes
        if source is not None and source.kind == "sendTask" and not source.definitions and is_inside:
            source.definitions = (Definition(kind="message", id=f"{source.id}_message", line=source.line),)
        flow.message = flow.message or _message_at(target) or _message_at(source)


def _message_at(node: Node | None) -> str:
    """The fixed name of the one message that the node names."""
    definitions = node.definitions if node is not None else ()
    named = [
        own.name.text for own in definitions if own.kind == "message" and own.name and own.name.language == "static"
    ]
    return named[0] if len(named) == 1 else ""


def name_pools(ctx: Context, diagram: Diagram) -> None:
    """Tell each process the name of the pool it is drawn in."""
    pools = {process: name for name, process in diagram.participants.items() if process}
    for process in diagram.processes:
        if process.id in pools:
            process.participant = ctx.pools[pools[process.id]]
