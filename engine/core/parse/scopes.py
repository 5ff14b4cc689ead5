"""A process with everything in it, sub-processes included; one pass over the file, without recursion."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from lxml.etree import _Element

from engine.core.model.diagram import Flow, Formula, Node, Process
from engine.core.parse import correlation, data, formulas, lanes
from engine.core.parse.context import PLAIN, Context, own_settings
from engine.core.parse.dialects import read_attributes, read_extensions
from engine.core.parse.dialects.camunda_io import people, read_execution_listener
from engine.core.parse.names import CAMUNDA_FAMILY, FLOW_NODES, SUB_PROCESSES, reference, tag
from engine.core.parse.nodes import IGNORED, MESSENGERS, PARTS, finish_node, read_node, read_parts
from engine.core.parse.pieces import CutWronglyError
from engine.core.parse.tree import items_of, line_of, vendor_items

_SEQUENCE_FLOW: Final = tag("sequenceFlow")
_NODE_KINDS: Final = {tag(name): name for name in FLOW_NODES - {"implicitThrowEvent"}}


def read_process(ctx: Context, element: _Element, is_alone: bool) -> Process:
    """The process. Without `isExecutable` it is executable when it is the only one of its file."""
    name = ctx.declare(element)
    process = Process(name, element.get("name", ""), line=line_of(element), settings=PLAIN)
    mark = element.get("isExecutable")
    process.is_executable, process.is_marked = formulas.is_true(mark, default=is_alone), mark is not None
    vendor = vendor_items(element)
    if vendor:
        read_attributes(ctx, process, element, vendor)
    ctx.enter(process)
    _read_contents(ctx, process, element)
    nodes, flows = process.nodes, process.flows
    # Not before, flow by flow: that is a look into a second large table for each of them.
    if not nodes.keys().isdisjoint(flows):
        for name in flows:
            if name in nodes and name not in ctx.seen:
                ctx.tell_used_twice(name, flows[name].line)
    for flow in ctx.unconnected:
        source, target = nodes.get(flow.source), nodes.get(flow.target)
        _connect(flow, source or nodes.get(reference(flow.source)), target or nodes.get(reference(flow.target)))
    data.resolve(ctx, process)
    lanes.place(ctx, process)
    correlation.apply(ctx, process)
    return process


def _read_contents(ctx: Context, process: Process, element: _Element) -> None:
    """Everything inside, in the order of the file; an open sub-process is a frame on a stack."""
    children = iter(element) if ctx.pieces is None else ctx.pieces.children(element)
    frames: list[tuple[Process | Node, _Element, Iterator[_Element]]] = [(process, element, children)]
    while frames:
        holder, owner, children = frames[-1]
        inner = _read_frame(ctx, process, holder, children)
        if inner is not None:
            frames.append((*inner, iter(inner[1])))
            continue
        frames.pop()
        if isinstance(holder, Node):
            finish_node(ctx, holder, owner)


def _read_frame(
    ctx: Context, process: Process, holder: Process | Node, children: Iterator[_Element]
) -> tuple[Node, _Element] | None:
    """Go on with the children of one scope, up to the next sub-process or the end."""
    scope = holder.id
    nodes = process.nodes
    for child in children:
        name = child.tag
        kind = _NODE_KINDS.get(name)
        if kind is not None:
            node = read_node(ctx, scope, child, kind)
            if nodes.setdefault(node.id, node) is not node and node.id not in ctx.seen:
                ctx.tell_used_twice(node.id, node.line)
            if kind in SUB_PROCESSES:
                return node, child
            if len(child) or node.settings is not PLAIN or kind in MESSENGERS:
                read_parts(ctx, node, child)
        elif name == _SEQUENCE_FLOW:
            _read_flow(ctx, process, scope, child)
        else:
            _read_part(ctx, process, holder, child)
    return None


def _read_part(ctx: Context, process: Process, holder: Process | Node, child: _Element) -> None:
    """What is neither a node nor a flow."""
    shared = _SCOPE_PARTS.get(child.tag)
    if shared is not None:
        shared(ctx, process, holder.id, child)
        return
    if isinstance(holder, Node):
        part = PARTS.get(child.tag)
        if part is not None:
            part(ctx, holder, child)
            return
    else:
        own = _PROCESS_PARTS.get(child.tag)
        if own is not None:
            own(ctx, holder, child)
            return
    if child.tag not in IGNORED and child.tag != _INTERFACE:
        ctx.stray(child, holder.id)


_INTERFACE: Final = tag("supportedInterfaceRef")


def _read_flow(ctx: Context, process: Process, scope: str, element: _Element) -> None:
    name = source = target = label = ""
    for key, value in items_of(element):
        if key == "id":
            name = value
        elif key == "sourceRef":
            source = value
        elif key == "targetRef":
            target = value
        elif key == "name":
            label = value
    if not name or name in ctx.seen:
        name = ctx.declare(element, f"flow_{reference(source)}_{reference(target)}")
    flow = Flow(name, source, target, scope, label, line_of(element))
    if len(element):
        _read_flow_parts(ctx, flow, element)
    if process.flows.setdefault(name, flow) is not flow:
        if name not in ctx.seen:
            ctx.tell_used_twice(name, flow.line)
        return
    # In the order of the file: behind a flow that stands before its nodes, all wait for the end.
    if ctx.unconnected:
        ctx.unconnected.append(flow)
        return
    one, other = process.nodes.get(source), process.nodes.get(target)
    if one is None or other is None:
        ctx.unconnected.append(flow)
    else:
        _connect(flow, one, other)


def _read_flow_parts(ctx: Context, flow: Flow, element: _Element) -> None:
    for child in element:
        if child.tag == _CONDITION:
            flow.condition = _condition(child)
        elif child.tag == _EXTENSIONS:
            _read_take_listeners(ctx, flow, child)
        elif child.tag not in _FLOW_IGNORED:
            ctx.stray(child, flow.id)


def _condition(element: _Element) -> Formula:
    for namespace in CAMUNDA_FAMILY:
        resource = element.get(f"{{{namespace}}}resource")
        if resource:
            return Formula(resource, "other", element.get("language", "resource"))
    return formulas.expression(element)


def _read_take_listeners(ctx: Context, flow: Flow, element: _Element) -> None:
    for child in element:
        if child.tag in _LISTENERS:
            ctx.used.add("camunda")
            holder = Node(flow.id, "sequenceFlow", flow.scope)
            read_execution_listener(ctx, holder.settings, child)
            for listener in holder.settings.listeners:
                listener.on = listener.on or "take"
            flow.listeners = (*flow.listeners, *holder.settings.listeners)


_CONDITION: Final = tag("conditionExpression")
_EXTENSIONS: Final = tag("extensionElements")
_LISTENERS: Final = frozenset(tag("executionListener", namespace) for namespace in CAMUNDA_FAMILY)
_FLOW_IGNORED: Final = frozenset(map(tag, ("documentation", "auditing", "monitoring", "categoryValueRef")))


def _connect(flow: Flow, source: Node | None, target: Node | None) -> None:
    """Tell both nodes their flow: what the file says in `incoming` and `outgoing` may be missing or wrong."""
    alone = (flow.id,)  # for most nodes all there is: both ends share it
    if source is None:
        flow.source = reference(flow.source)
    else:
        flow.source = source.id  # the same text: kept once
        source.outgoing = _with(source.outgoing, flow.id) if source.outgoing else alone
    if target is None:
        flow.target = reference(flow.target)
    else:
        flow.target = target.id
        target.incoming = _with(target.incoming, flow.id) if target.incoming else alone


def _with(flows: Sequence[str], flow: str) -> Sequence[str]:
    several = flows if isinstance(flows, list) else list(flows)
    several.append(flow)
    return several


def _association(ctx: Context, process: Process, scope: str, element: _Element) -> None:
    read_association(ctx, element)


def read_association(ctx: Context, element: _Element) -> None:
    """A line between an artifact and something, or from a compensation event to its handler."""
    source, target = reference(element.get("sourceRef")), reference(element.get("targetRef"))
    ctx.draw(element, f"association_{source}_{target}")
    ctx.associations.append((source, target))


def _artifact(ctx: Context, process: Process, scope: str, element: _Element) -> None:
    ctx.draw(element, f"{scope}_artifact")


def _documentation(ctx: Context, process: Process, element: _Element) -> None:
    process.documentation = process.documentation or formulas.text_of(element).strip()


def _extensions(ctx: Context, process: Process, element: _Element) -> None:
    read_extensions(ctx, process, element)


def _property(ctx: Context, process: Process, element: _Element) -> None:
    data.read_property(ctx, process, element)


def _subscription(ctx: Context, process: Process, element: _Element) -> None:
    if ctx.pieces is not None:  # all of these are compared with one another, in the tree
        raise CutWronglyError
    ctx.subscriptions.append(element)


def _starters(ctx: Context, process: Process, element: _Element) -> None:
    """Who may start the process, in BPMN's words."""
    for text in element.itertext(tag("formalExpression"), tag("expression")):
        users, groups = people(str(text).strip())
        settings = own_settings(process)
        settings.candidate_starter_users.extend(users)
        settings.candidate_starter_groups.extend(groups)


_SCOPE_PARTS: Final[dict[str, Callable[[Context, Process, str, _Element], None]]] = {
    tag("laneSet"): lanes.read_lane_set,
    tag("dataObject"): data.read_data_object,
    tag("dataObjectReference"): data.read_data_reference,
    tag("dataStoreReference"): data.read_store_reference,
    tag("association"): _association,
    tag("textAnnotation"): _artifact,
    tag("group"): _artifact,
}

_PROCESS_PARTS: Final[dict[str, Callable[[Context, Process, _Element], None]]] = {
    tag("documentation"): _documentation,
    tag("extensionElements"): _extensions,
    tag("property"): _property,
    tag("ioSpecification"): data.read_process_data,
    tag("correlationSubscription"): _subscription,
    tag("performer"): _starters,
    tag("humanPerformer"): _starters,
    tag("potentialOwner"): _starters,
    tag("resourceRole"): _starters,
}
