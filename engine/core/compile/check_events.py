"""Events: what each may catch or throw where it stands, what it is attached to, and what it needs to know."""

from __future__ import annotations

from typing import Final

from engine.core.compile.findings import ACTIVITIES, Findings, Plan, is_instantiating, kinds_of, link_of, title
from engine.core.compile.starts import plain_name
from engine.core.model.diagram import Definition, Node
from engine.core.model.words import say

_TRIGGERS: Final = frozenset({"message", "timer", "signal", "conditional"})
_ALLOWED: Final = {
    "start of a process": _TRIGGERS,
    "start of an event sub-process": _TRIGGERS | {"error", "escalation", "compensate"},
    "start of a sub-process": frozenset[str](),
    "intermediateCatchEvent": _TRIGGERS | {"link"},
    "intermediateThrowEvent": frozenset({"message", "signal", "escalation", "compensate", "link"}),
    "boundaryEvent": _TRIGGERS | {"error", "escalation", "compensate", "cancel"},
    "endEvent": frozenset(
        {"message", "signal", "error", "escalation", "compensate", "cancel", "terminate"}
    ),
}  # fmt: skip
_ALWAYS_INTERRUPTING: Final = frozenset({"error", "cancel"})


def check(findings: Findings, plan: Plan) -> None:
    for node in plan.nodes.values():
        if node.kind.endswith("Event"):
            _check_kinds(findings, plan, node)
            for definition in node.definitions:
                _check_definition(findings, plan, node, definition)
        if _place(plan, node) == "start of a process" or is_instantiating(node):
            _check_start_names(findings, plan, node)
        if node.kind == "boundaryEvent":
            _check_boundary(findings, plan, node)
        if node.is_event_sub_process:
            _check_event_sub_process(findings, plan, node)
    for scope in plan.inside:
        _check_links(findings, plan, scope)


def _place(plan: Plan, node: Node) -> str:
    if node.kind != "startEvent":
        return node.kind
    if plan.is_event_scope(node.scope):
        return "start of an event sub-process"
    return "start of a process" if node.scope == plan.process.id else "start of a sub-process"


def _check_kinds(findings: Findings, plan: Plan, node: Node) -> None:
    place = _place(plan, node)
    allowed = _ALLOWED.get(place, frozenset())
    where = place if " " in place else title(node)
    for kind in sorted(kinds_of(node) - allowed):
        message = say(
            "The %(where)s cannot have a %(kind)s definition; use another event or definition.", where=where, kind=kind
        )
        findings.add("event-not-allowed", node, message)
    needs_one = node.kind in {"intermediateCatchEvent", "boundaryEvent"} or place.endswith("event sub-process")
    if needs_one and not node.definitions:
        message = say(
            "The %(where)s does not say what it waits for; give it a message, a timer or another event.", where=where
        )
        findings.add("event-without-definition", node, message)
    if "cancel" in kinds_of(node) and node.kind == "endEvent" and not _is_in_transaction(plan, node):
        message = say("A cancel end event works only inside a transaction; use a transaction or another end.")
        findings.add("cancel-outside-transaction", node, message)


def _is_in_transaction(plan: Plan, node: Node) -> bool:
    scope = node.scope
    while scope in plan.nodes:
        if plan.nodes[scope].kind == "transaction":
            return True
        scope = plan.nodes[scope].scope
    return False


def _check_boundary(findings: Findings, plan: Plan, node: Node) -> None:
    host = plan.nodes.get(node.attached_to)
    if host is None or host.kind not in ACTIVITIES or host.scope != node.scope:
        message = say(
            "%(value)s is no activity beside this boundary event; attach it to one.",
            value=node.attached_to or "Nothing",
        )
        findings.add("boundary-without-host", node, message)
        return
    kinds = kinds_of(node)
    if "cancel" in kinds and host.kind != "transaction":
        message = say("A cancel boundary event belongs on a transaction; move it or use another event.")
        findings.add("cancel-outside-transaction", node, message)
    if not node.is_interrupting and kinds & _ALWAYS_INTERRUPTING:
        message = say("An error or cancel boundary event always interrupts; set cancelActivity to true.")
        findings.add("boundary-must-interrupt", node, message)
    if "compensate" in kinds:
        if node.outgoing:
            message = say("A compensation boundary event has an association to its handler; remove its sequence flow.")
            findings.add("compensation-with-flow", node, message)
        if node.id not in plan.undone:
            message = say("No handler is associated with this compensation event; draw the association.")
            findings.add("compensation-without-handler", node, message)


def _check_event_sub_process(findings: Findings, plan: Plan, node: Node) -> None:
    starts = [inner for inner in plan.inside.get(node.id, ()) if inner.kind == "startEvent"]
    if len(starts) != 1:
        message = say(
            "An event sub-process has exactly one start event, this one has %(starts)s; correct it.", starts=len(starts)
        )
        findings.add("event-sub-process-start", node, message)
        return
    if not starts[0].is_interrupting and "error" in kinds_of(starts[0]):
        message = say("An error start event always interrupts; set isInterrupting to true.")
        findings.add("boundary-must-interrupt", starts[0], message)


def _check_definition(findings: Findings, plan: Plan, node: Node, definition: Definition) -> None:
    kind = definition.kind
    if kind in {"message", "signal"} and definition.name is None:
        _check_name(findings, plan, node, definition)
    elif kind == "conditional" and definition.formula is None:
        message = say("The event has no condition to wait for; write one.")
        findings.add("missing-condition", node, message, definition.line)
    elif kind == "compensate" and definition.activity and definition.activity not in plan.nodes:
        message = say(
            "There is no activity %(activity)s to compensate; correct the reference.", activity=definition.activity
        )
        findings.add("dangling-reference", node, message, definition.line)


def _check_name(findings: Findings, plan: Plan, node: Node, definition: Definition) -> None:
    """BPMN lets a message flow say what an event leaves open; a signal has only its name."""
    if definition.kind == "message":
        is_thrown = node.kind in {"intermediateThrowEvent", "endEvent"}
        settings = node.settings
        if is_thrown and (settings.handler or settings.job_type is not None):
            return
        if node.id in findings.message_flows:
            return
        code = "throws-nothing" if is_thrown else "missing-message"
        findings.add(code, node, say("The event names no message; choose one."), definition.line)
        return
    findings.add("missing-signal", node, say("The event names no signal; choose one."), definition.line)


def _check_start_names(findings: Findings, plan: Plan, node: Node) -> None:
    waiting = [node]
    if node.kind == "eventBasedGateway":
        waiting = [target for flow in plan.flows_out(node) if (target := plan.target(flow)) is not None]
    for starter in waiting:
        for definition in starter.definitions:
            named = definition.kind in {"message", "signal"} and definition.name is not None
            if named and definition.name is not None and plain_name(definition.name) is None:
                message = say("What starts a process has a name without variables; write it out.")
                findings.add(f"missing-{definition.kind}", starter, message, definition.line)


def _check_links(findings: Findings, plan: Plan, scope: str) -> None:
    nodes = plan.inside[scope]
    catches: dict[str, Node] = {}
    identities = set()
    for node in nodes:
        link = link_of(node)
        if link is None or node.kind != "intermediateCatchEvent":
            continue
        name = link.name.text if link.name is not None else ""
        identities.add(link.id)
        if name in catches:
            message = say(
                "Two link catch events are named %(name)s; rename one, a throw has one target.", name=repr(name)
            )
            findings.add("ambiguous-link", node, message)
        catches[name] = node
        if node.incoming:
            message = say("A link catch event is reached by its throw; remove the flow into it.")
            findings.add("link-with-flow", node, message)
    for node in nodes:
        link = link_of(node)
        if link is None or node.kind != "intermediateThrowEvent":
            continue
        name = link.name.text if link.name is not None else ""
        if name not in catches and link.reference not in identities:
            message = say(
                "No link catch event in this scope is named %(name)s; add one or correct the name.", name=repr(name)
            )
            findings.add("link-without-target", node, message)
        if node.outgoing:
            message = say("A link throw event goes on at its catch; remove the flow out of it.")
            findings.add("link-with-flow", node, message)
