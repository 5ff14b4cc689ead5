"""Gateways and conditions: directions, targets of event gateways, conditions that never count."""

from __future__ import annotations

from typing import Final

from engine.core.compile.findings import GATEWAYS, Findings, Plan, is_instantiating, kinds_of
from engine.core.model.diagram import Flow, Node
from engine.core.model.words import say

_WAITS: Final = frozenset({"message", "timer", "signal", "conditional"})


def check(findings: Findings, plan: Plan) -> None:
    for node in plan.nodes.values():
        if node.kind in GATEWAYS:
            _check_direction(findings, node)
        if node.kind == "eventBasedGateway":
            _check_event_gateway(findings, plan, node)
        _check_conditions(findings, plan, node)


def _check_direction(findings: Findings, node: Node) -> None:
    direction = node.attributes.get("gatewayDirection", "")
    if direction == "Converging" and len(node.outgoing) > 1:
        message = say("The gateway is marked converging but has several outgoing flows; correct its direction.")
        findings.add("gateway-direction", node, message)
    elif direction == "Diverging" and len(node.incoming) > 1:
        message = say("The gateway is marked diverging but has several incoming flows; correct its direction.")
        findings.add("gateway-direction", node, message)
    elif direction not in {"", "Unspecified", "Converging", "Diverging", "Mixed"}:
        message = say(
            "BPMN has no direction %(direction)s; use Converging, Diverging, Mixed or Unspecified.",
            direction=repr(direction),
        )
        findings.add("gateway-direction", node, message)


def _check_event_gateway(findings: Findings, plan: Plan, node: Node) -> None:
    if len(node.outgoing) < 2:
        message = say("An event-based gateway waits for the first of several events; give it two or more flows.")
        code = "event-gateway-alone" if node.outgoing else "event-gateway-without-targets"
        findings.add(code, node, message)
    if is_instantiating(node):
        if node.incoming:
            message = say("A gateway that starts the process has no incoming flow; remove it or instantiate.")
            findings.add("instantiating-with-incoming", node, message)
    elif node.attributes.get("eventGatewayType", "Exclusive").lower() == "parallel":
        message = say("Only an event-based gateway that starts the process may be parallel; set instantiate.")
        findings.add("parallel-event-gateway", node, message)
    for flow in plan.flows_out(node):
        target = plan.target(flow)
        if target is None:
            continue
        if not _is_target(target):
            message = say(
                "The event-based gateway cannot wait for %(target)s; use a catch event or a receive task.",
                target=target.id,
            )
            findings.add("event-gateway-target", target, message)
        elif len(target.incoming) > 1:
            message = say("What an event-based gateway waits for has no other incoming flow; remove the others.")
            findings.add("event-gateway-target", target, message)


def _is_target(node: Node) -> bool:
    if node.kind == "receiveTask":
        return True
    return node.kind == "intermediateCatchEvent" and kinds_of(node) <= _WAITS


def _check_conditions(findings: Findings, plan: Plan, node: Node) -> None:
    flows = plan.flows_out(node)
    ignores = node.kind in {"parallelGateway", "eventBasedGateway"} or node.kind in {
        "startEvent",
        "boundaryEvent",
    }
    for position, flow in enumerate(flows):
        if flow.condition is not None and ignores:
            message = say("The condition of %(flow)s is never asked after this node; remove it.", flow=flow.id)
            findings.add("condition-ignored", flow, message)
        elif flow.condition is not None and flow.id == node.default_flow:
            message = say("A default flow is taken when no other is; its condition is never asked, remove it.")
            findings.add("condition-ignored", flow, message)
        elif node.kind == "exclusiveGateway" and _is_always_taken(flow, node, position):
            message = say("This flow has no condition and is no default: the flows after it are never taken.")
            findings.add("flow-always-taken", flow, message)


def _is_always_taken(flow: Flow, node: Node, position: int) -> bool:
    is_free = flow.condition is None and flow.id != node.default_flow
    return is_free and position < len(node.outgoing) - 1
