"""Sequence flows, message flows and reachability: does everything lead somewhere, is everything led to?"""

from __future__ import annotations

from engine.core.compile.findings import Findings, Plan, is_instantiating, is_loose, title
from engine.core.model.diagram import Flow, Node
from engine.core.model.words import say


def check(findings: Findings, plan: Plan) -> None:
    for flow in plan.process.flows.values():
        _check_ends(findings, plan, flow)
    for node in plan.nodes.values():
        _check_node(findings, plan, node)
    _check_starts(findings, plan)
    _check_reach(findings, plan)
    _check_messages(findings, plan)


def _check_ends(findings: Findings, plan: Plan, flow: Flow) -> None:
    source, target = plan.nodes.get(flow.source), plan.nodes.get(flow.target)
    for end, name, node in (("source", flow.source, source), ("target", flow.target, target)):
        if node is not None:
            continue
        if name in findings.nodes:
            message = say(
                "The flow's %(end)s %(name)s is in another process; use a message flow between pools.",
                end=end,
                name=name,
            )
            findings.add("flow-across-scopes", flow, message)
        else:
            message = say(
                "The flow's %(end)s %(value)s does not exist; connect the flow to a node.",
                end=end,
                value=name or "(none)",
            )
            findings.add("dangling-flow", flow, message)
    if source is not None and target is not None and source.scope != target.scope:
        message = say(
            "The flow from %(source)s to %(target)s crosses the border of a sub-process; end it there.",
            source=source.id,
            target=target.id,
        )
        findings.add("flow-across-scopes", flow, message)


def _check_node(findings: Findings, plan: Plan, node: Node) -> None:
    kind = title(node)
    if node.incoming and node.kind in {"startEvent", "boundaryEvent"}:
        code = "start-with-incoming" if node.kind == "startEvent" else "boundary-with-incoming"
        findings.add(
            code,
            node,
            say(
                "Nothing can flow into a %(kind)s; remove the flow %(incoming)s.", kind=kind, incoming=node.incoming[0]
            ),
        )
    if node.outgoing and node.kind == "endEvent":
        findings.add(
            "end-with-outgoing",
            node,
            say("Nothing can flow out of an end event; remove %(outgoing)s.", outgoing=node.outgoing[0]),
        )
    if (node.incoming or node.outgoing) and node.is_event_sub_process:
        message = say("An event sub-process is started by its event; remove the flows.")
        findings.add("event-sub-process-with-flows", node, message)
    if (node.incoming or node.outgoing) and node.is_for_compensation:
        message = say("A compensation handler is reached by an association only; remove its sequence flows.")
        findings.add("handler-with-flows", node, message)
    if node.default_flow and node.default_flow not in node.outgoing:
        message = say(
            "The default flow %(default_flow)s does not leave this node; choose one that does.",
            default_flow=node.default_flow,
        )
        findings.add("default-not-outgoing", node, message)


def _check_starts(findings: Findings, plan: Plan) -> None:
    """Something has to begin in every scope that is not empty on purpose."""
    for scope, nodes in plan.inside.items():
        if scope != plan.process.id and scope not in plan.nodes:
            continue
        if nodes and not plan.starts(scope):
            holder = plan.nodes.get(scope, plan.process)
            message = say("Every node has an incoming flow, so nothing begins; add a start event.")
            findings.add("no-start", holder, message)


def _check_reach(findings: Findings, plan: Plan) -> None:
    reached: set[str] = set()
    todo = _seeds(plan, plan.process.id)
    while todo:
        node = todo.pop()
        if node.id in reached:
            continue
        reached.add(node.id)
        todo.extend(_next(plan, node))
    for node in plan.nodes.values():
        # What stands in an unreachable sub-process is said by the sub-process.
        if node.id not in reached and (node.scope == plan.process.id or node.scope in reached):
            findings.add("unreachable-node", node, say("Nothing leads here; connect the node or remove it."))


def _seeds(plan: Plan, scope: str) -> list[Node]:
    nodes = plan.inside.get(scope, [])
    seeds = [node for node in nodes if node.is_event_sub_process or node.is_for_compensation]
    seeds.extend(node for node in nodes if not node.incoming and is_instantiating(node))
    if plan.is_ad_hoc(scope):
        return [*seeds, *(node for node in nodes if is_loose(node))]
    return [*seeds, *plan.starts(scope)]


def _next(plan: Plan, node: Node) -> list[Node]:
    found = [target for flow in plan.flows_out(node) if (target := plan.target(flow)) is not None]
    found.extend(plan.boundaries.get(node.id, ()))
    if node.id in plan.inside:
        found.extend(_seeds(plan, node.id))
    return found + plan.caught(node)


def _check_messages(findings: Findings, plan: Plan) -> None:
    """Message flows from this process: they have to end at something of another pool."""
    diagram = findings.diagram
    places = {place for name in plan.nodes for place in findings.message_flows.get(name, ())}
    for flow in (diagram.message_flows[place] for place in sorted(places)):
        holder = plan.nodes.get(flow.source) or plan.nodes[flow.target]
        for end, name in (("source", flow.source), ("target", flow.target)):
            if name in diagram.participants or name in findings.nodes:
                continue
            message = say(
                "The message flow %(flow)s has no %(end)s %(value)s; connect it or remove it.",
                flow=flow.id,
                end=end,
                value=name or "(none)",
            )
            findings.add("dangling-message-flow", holder, message, flow.line)
        if flow.source in plan.nodes and flow.target in plan.nodes:
            message = say("The message flow %(flow)s stays inside one pool; use a sequence flow.", flow=flow.id)
            findings.add("message-flow-inside", holder, message, flow.line)
