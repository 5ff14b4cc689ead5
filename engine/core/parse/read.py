"""A BPMN file into a Diagram: the order in which its parts are read; what each means stands elsewhere."""

from __future__ import annotations

from typing import Final

from lxml.etree import _Element

from engine.core.model.codes import problem
from engine.core.model.collector import collector_at_rest
from engine.core.model.diagram import Diagram, GlobalTask
from engine.core.model.problems import DiagramError
from engine.core.parse.collaboration import name_pools, read_collaboration, send_along_flows
from engine.core.parse.context import Context
from engine.core.parse.names import (
    BPMN,
    BPMNDI,
    COLLABORATIONS,
    GLOBAL_TASKS,
    ROOT_ELEMENTS,
    local,
    tag,
)
from engine.core.parse.nodes import read_node, read_parts
from engine.core.parse.pieces import CutWronglyError, Pieces
from engine.core.parse.scopes import read_process
from engine.core.parse.tree import line_of, name_of
from engine.core.parse.xml import MIB, read_long_xml, read_xml

_DEFINITIONS: Final = tag("definitions")
_DRAWING: Final = tag("BPMNDiagram", BPMNDI)
_MAX_BYTES: Final = 64 * MIB
_MAX_ELEMENTS: Final = 1_000_000
_IGNORED: Final = frozenset(map(tag, ("import", "extension", "relationship", "documentation", "extensionElements")))


def read_diagram(data: str | bytes) -> Diagram:
    """The diagram of a BPMN file.

    What is wrong in it is in `problems`; only what is not BPMN XML at all raises DiagramError.
    """
    try:
        ctx = _read_without_drawing(data)
    except CutWronglyError:
        ctx = None
    if ctx is None or ctx.looks_at_all:
        _, ctx = read_tree(data)
    return ctx.diagram


@collector_at_rest()
def _read_without_drawing(data: str | bytes) -> Context:
    root, pieces = read_long_xml(data, max_bytes=_MAX_BYTES, max_elements=_MAX_ELEMENTS, unread=_DRAWING)
    return _read(root, pieces)


@collector_at_rest()
def read_tree(data: str | bytes) -> tuple[_Element, Context]:
    """The tree of the file, and all that has been read from it."""
    root = read_xml(data, max_bytes=_MAX_BYTES, max_elements=_MAX_ELEMENTS)
    return root, _read(root, None)


def _read(root: _Element, pieces: Pieces | None) -> Context:
    if root.tag != _DEFINITIONS:
        raise DiagramError([problem("not-bpmn", "", line_of(root), _why_not(root))])
    ctx = Context(root, pieces)
    diagram = ctx.diagram
    diagram.name = root.get("name", "")
    processes, collaborations, tasks = _read_roots(ctx, root)
    if pieces is not None and len(processes) != 1:
        raise CutWronglyError
    for element in processes:
        diagram.processes.append(read_process(ctx, element, is_alone=len(processes) == 1))
    for element in collaborations:
        read_collaboration(ctx, element)
    for element in tasks:
        diagram.global_tasks.append(_read_global_task(ctx, element))
    name_pools(ctx, diagram)
    send_along_flows(diagram)
    _keep_compensations(ctx)
    diagram.dialect = ctx.dialect
    if ctx.dialect == "plain" and ctx.used:
        diagram.dialect = "zeebe" if "zeebe" in ctx.used else "camunda"
    return ctx


def _why_not(root: _Element) -> str:
    name = local(str(root.tag))
    if name == "definitions":
        return f"The file is not BPMN 2.0: its root is not in the namespace {BPMN}."
    return f"The file is not BPMN 2.0: its root is {name}, not definitions."


def _read_roots(ctx: Context, root: _Element) -> tuple[list[_Element], list[_Element], list[_Element]]:
    """Note everything that processes refer to, wherever it stands, before they are read."""
    processes, collaborations, tasks = [], [], []
    for child in root:
        name = name_of(child)
        if not name.startswith(f"{{{BPMN}}}"):
            continue
        kind = local(name)
        if kind == "process":
            processes.append(child)
        elif kind in COLLABORATIONS:
            collaborations.append(child)
        elif kind in GLOBAL_TASKS:
            tasks.append(child)
        elif kind in ROOT_ELEMENTS:
            _note(ctx, child, kind)
        elif name not in _IGNORED:
            ctx.stray(child, "")
    return processes, collaborations, tasks


def _note(ctx: Context, element: _Element, kind: str) -> None:
    is_drawn = kind in {"dataStore", "globalChoreographyTask"}
    name = ctx.draw(element, kind) if is_drawn else ctx.declare(element, kind)
    ctx.roots.setdefault(name, element)
    if kind == "interface":
        for operation in element.iterchildren(tag("operation")):
            ctx.roots.setdefault(ctx.declare(operation, "operation"), operation)


def _read_global_task(ctx: Context, element: _Element) -> GlobalTask:
    kind = local(str(element.tag))
    ctx.leave()
    node = read_node(ctx, "", element, GLOBAL_TASKS[kind])
    ctx.seen.add(node.id)
    ctx.diagram.others.append(node.id)
    read_parts(ctx, node, element)
    return GlobalTask(node.id, kind, node)


def _keep_compensations(ctx: Context) -> None:
    """Of all associations the processes keep those that lead from a compensation event to its handler."""
    for process in ctx.diagram.processes:
        for first, second in ctx.associations:
            # Some modellers draw the line the other way round.
            for source, target in ((first, second), (second, first)):
                event = process.nodes.get(source)
                if (
                    event is not None
                    and event.kind == "boundaryEvent"
                    and any(definition.kind == "compensate" for definition in event.definitions)
                    and target in process.nodes
                ):
                    process.associations.append((source, target))
