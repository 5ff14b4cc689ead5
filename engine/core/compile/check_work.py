"""Who does the work: handlers, scripts, listeners, decisions and forms, against what the deployment knows."""

from __future__ import annotations

from collections.abc import Sequence

from engine.core.compile.findings import Findings, Plan
from engine.core.compile.hearing import CHANGES, DELETIONS
from engine.core.compile.settings import HEARD_ON_THE_WAY
from engine.core.feel import ExpressionError
from engine.core.model.diagram import Flow, Listener, Node, Process, Settings
from engine.core.model.words import say

SCRIPT_HANDLER = "script"
MOMENTS = frozenset({"start", "end", "take"})
TASK_MOMENTS = frozenset({*HEARD_ON_THE_WAY, *CHANGES, *DELETIONS, "timeout"})
_JAVA = frozenset({"class", "delegate", "connector"})


def check(findings: Findings, plan: Plan) -> None:
    _check_listeners(findings, plan.process, plan.process.settings.listeners)
    for flow in plan.process.flows.values():
        _check_listeners(findings, flow, flow.listeners)
    for node in plan.nodes.values():
        settings = node.settings
        _check_handler(findings, node, settings)
        _check_script(findings, node, settings)
        _check_decision(findings, node, settings)
        _check_form(findings, node, settings)
        _check_listeners(findings, node, settings.listeners)
        for name in settings.four_eyes:
            if name not in plan.nodes:
                message = say("The four-eyes rule names %(name)s, which does not exist; choose a user task.", name=name)
                findings.add("dangling-reference", node, message)
            elif not _is_done_by_somebody(plan.nodes[name], plan.process):
                message = say(
                    "The four-eyes rule names %(name)s, which nobody does; choose a user task or the start event.",
                    name=name,
                )
                findings.add("dangling-reference", node, message)


def _is_done_by_somebody(node: Node, process: Process) -> bool:
    return node.kind == "userTask" or (node.kind, node.scope) == ("startEvent", process.id)


def _check_handler(findings: Findings, node: Node, settings: Settings) -> None:
    handlers = findings.known.handlers
    if handlers is None:
        return
    if settings.handler and settings.handler not in handlers:
        _check_missing(findings, node, settings.handler, settings.handler_kind)
    job_type = settings.job_type
    if job_type is not None and job_type.language == "static" and job_type.text not in handlers:
        message = say(
            "No handler %(text)s is registered; an external worker has to take these jobs.", text=repr(job_type.text)
        )
        findings.add("no-handler", node, message)


def _check_missing(
    findings: Findings, element: Node | Flow | Process, handler: str, kind: str, line: int | None = None
) -> None:
    if kind == "expression" and _is_runnable(findings, element, handler, line):
        return
    what = "Java class" if kind == "class" else "handler"
    message = say(
        "No %(what)s runs here: register a handler under the name %(handler)s.", what=what, handler=repr(handler)
    )
    findings.add("unknown-handler", element, message, line)


def _is_runnable(findings: Findings, element: Node | Flow | Process, text: str, line: int | None) -> bool:
    """An expression in the part of JUEL that is known here needs no handler."""
    try:
        findings.read(element, text, "juel", line)
    except ExpressionError:
        return False
    return True


def _check_script(findings: Findings, node: Node, settings: Settings) -> None:
    if node.kind != "scriptTask" or settings.script_formula is not None or settings.job_type is not None:
        return
    if not (settings.script or "").strip():
        findings.add("empty-script", node, say("The script task has no script; write one or make it a plain task."))
        return
    handlers = findings.known.handlers
    if handlers is not None and SCRIPT_HANDLER not in handlers:
        language = settings.script_format or "no named language"
        message = say(
            "Scripts in %(language)s do not run here: write FEEL, or register the handler 'script'.", language=language
        )
        findings.add("unsupported-script", node, message)


def _check_listeners(findings: Findings, element: Node | Flow | Process, listeners: Sequence[Listener]) -> None:
    handlers = findings.known.handlers
    for listener in listeners:
        moments = TASK_MOMENTS if listener.is_task_listener else MOMENTS
        if listener.on not in moments or (listener.on == "timeout" and listener.timer is None):
            message = say(
                "Nothing is called on %(value)s here: listen to %(moments)s.",
                value=repr(listener.on or "no event"),
                moments=", ".join(sorted(moments)),
            )
            findings.add("listener-never-called", element, message, listener.line)
        if not listener.handler:
            message = say("The listener names nothing to call; name a handler.")
            findings.add("empty-listener", element, message, listener.line)
        elif (
            handlers is None
            or listener.handler in handlers
            or (listener.kind == "script" and "feel" in listener.script_format.lower())
        ):
            continue
        elif listener.kind == "handler":
            message = say(
                "No handler %(handler)s is registered; an external worker has to take these jobs.",
                handler=repr(listener.handler),
            )
            findings.add("no-handler", element, message, listener.line)
        else:
            _check_missing(findings, element, listener.handler, listener.kind, listener.line)


def _check_decision(findings: Findings, node: Node, settings: Settings) -> None:
    called = settings.decision
    if called is None:
        return
    decisions = findings.known.decisions
    name = called.decision
    if not name.text:
        findings.add("unknown-decision", node, say("The task names no decision; choose one."))
    elif decisions is not None and name.language == "static" and name.text not in decisions:
        message = say("No decision %(text)s is deployed; deploy it before this task is reached.", text=repr(name.text))
        findings.add("unknown-decision", node, message)
    if called.maps not in {"", "singleEntry", "singleResult", "collectEntries", "resultList"}:
        findings.add(
            "invalid-result-mapping",
            node,
            say(
                "%(maps)s is no way to map a decision's result; "
                "use singleEntry, singleResult, collectEntries or resultList.",
                maps=repr(called.maps),
            ),
        )


def _check_form(findings: Findings, node: Node, settings: Settings) -> None:
    form = settings.form
    if form is not None and form.kind == "embedded" and not form.schema:
        message = say(
            "The form %(reference)s is not in the process; embed it or refer to a deployed form.",
            reference=form.reference,
        )
        findings.add("missing-form", node, message)
