"""Activities: quantities, loops, ad-hoc contents, what is called; not who does the work."""

from __future__ import annotations

from engine.core.compile.findings import SUB_PROCESSES, Findings, Plan
from engine.core.model.diagram import Loop, Node
from engine.core.model.words import say


def check(findings: Findings, plan: Plan) -> None:
    for node in plan.nodes.values():
        for name, quantity in (("start", node.start_quantity), ("completion", node.completion_quantity)):
            if quantity < 1:
                message = say("The %(name)s quantity is %(quantity)s; write 1 or more.", name=name, quantity=quantity)
                findings.add("invalid-quantity", node, message)
        if node.loop is not None:
            _check_loop(findings, node, node.loop)
        if node.kind == "callActivity":
            _check_call(findings, node)
        if node.kind in SUB_PROCESSES:
            _check_contents(findings, plan, node)


def _check_loop(findings: Findings, node: Node, loop: Loop) -> None:
    if loop.kind == "loop":
        if loop.maximum is not None and loop.maximum < 0:
            findings.add(
                "invalid-loop", node, say("loopMaximum is %(maximum)s; write 0 or more.", maximum=loop.maximum)
            )
        if loop.condition is None and loop.maximum is None:
            message = say("The loop has neither a condition nor a maximum, so it runs once; write one of them.")
            findings.add("loop-without-condition", node, message)
        return
    if loop.cardinality is None and loop.collection is None:
        message = say("The multi-instance activity has neither a number of instances nor a collection; write one.")
        findings.add("invalid-loop", node, message)
    if loop.output_element is not None and not loop.output_collection:
        message = say("The loop has an output element but no output collection; name the variable that gets it.")
        findings.add("invalid-loop", node, message)
    missing = {
        "none": loop.none_event is None,
        "one": loop.one_event is None,
        "complex": not loop.complex_events,
    }
    if missing.get(loop.behavior, False):
        message = say(
            "The behaviour %(behavior)s throws an event, but none is named; name one or use All.",
            behavior=loop.behavior,
        )
        findings.add("loop-without-event", node, message)


def _check_call(findings: Findings, node: Node) -> None:
    called = node.settings.called
    if called is None:
        return
    if called.decision:
        message = say("Cases (CMMN) cannot be called; call a process or a decision.")
        findings.add("unsupported-call", node, message)
    elif not called.process.text:
        findings.add("missing-called-element", node, say("The call activity names no process; choose one."))
    elif called.process.language == "static":
        _check_target(findings, node, called.process.text)
    if called.mapper:
        message = say(
            "Variable mapping by %(mapper)s cannot run; write in and out mappings instead.", mapper=called.mapper
        )
        findings.add("unsupported-call", node, message)
    if called.binding == "version" and called.version is None:
        findings.add("invalid-binding", node, say("The binding is version but no version is given; write its number."))
    if called.binding == "versionTag" and not called.version_tag:
        findings.add("invalid-binding", node, say("The binding is versionTag but no tag is given; write it."))


def _check_target(findings: Findings, node: Node, name: str) -> None:
    """A missing target is an incident at run time and may still be deployed later: a warning."""
    if name in findings.runnable:
        return
    if findings.known.processes is not None and name not in findings.known.processes:
        message = say("No process %(name)s is deployed; deploy it before this one gets here.", name=name)
        findings.add("unknown-process", node, message)


def _check_contents(findings: Findings, plan: Plan, node: Node) -> None:
    inside = plan.inside.get(node.id, [])
    if not inside:
        message = say("The sub-process is empty and passes at once; draw what it does or make it a task.")
        findings.add("empty-sub-process", node, message)
    if node.kind != "adHocSubProcess":
        return
    for inner in inside:
        if inner.kind in {"startEvent", "endEvent"}:
            message = say("An ad-hoc sub-process has no start or end events; remove it.")
            findings.add("ad-hoc-with-event", inner, message)
