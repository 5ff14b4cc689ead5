"""Every problem that a diagram can have: its stable code, its severity, what it means; not the finding."""

from __future__ import annotations

from typing import Final

from engine.core.model.problems import Problem, Severity

# code → (severity, what it means and what to do). `docs/problems.md` is generated from this table.
CODES: Final[dict[str, tuple[Severity, str]]] = {
    "xml-malformed": ("error", "The file is not well-formed XML; correct it where it says."),
    "xml-encoding": ("error", "The encoding is wrong or not read; save the file as UTF-8."),
    "xml-doctype": ("error", "The file has a document type declaration; remove it."),
    "xml-too-large": ("error", "The file is too large; split it."),
    "xml-too-many-elements": ("error", "The file has too many elements; split it."),
    "xml-too-deep": ("error", "Elements are nested too deep; flatten the file."),
    "xml-attributes": ("error", "An element has too many or too long attributes; shorten it."),
    "not-bpmn": ("error", "The file is XML but not BPMN 2.0; export it as BPMN 2.0."),
    "unknown-element": ("error", "BPMN has no such element; remove it or correct its name."),
    "misplaced-element": ("warning", "BPMN does not allow the element here, so it is not read; move it."),
    "unknown-extension": ("warning", "The dialect's element is not known here and does nothing; say it otherwise."),
    "missing-id": ("error", "The element needs an id so that others can refer to it; give it one."),
    "duplicate-id": ("error", "Two elements have the same id; rename one of them."),
    "dangling-reference": ("error", "The reference leads to nothing in the file; define what it means."),
    "lane-without-node": ("warning", "A lane names a node that does not exist; remove the reference."),
    "invalid-binding": ("error", "The binding is unknown; use latest, deployment, version or versionTag."),
    "invalid-timer": (
        "error",
        "The timer is no ISO 8601 date, duration or repetition, nor cron; correct it.",
    ),
    "invalid-quantity": ("error", "Quantities of tokens are whole numbers from 1; correct it."),
    "invalid-loop": ("error", "The loop marker is incomplete or contradicts itself; correct it."),
    "no-process": ("error", "There is no process, or none that is executable; draw one, or mark one as executable."),
    "unmarked-process": ("warning", "Only marked processes of the file run: set isExecutable on this one, or false."),
    "empty-process": ("error", "The process has nothing in it; draw at least one activity."),
    "no-start": ("error", "Every node has an incoming flow, so nothing begins; add a start event."),
    "dangling-flow": ("error", "One end of the sequence flow does not exist; connect it."),
    "flow-across-scopes": (
        "error",
        "A sequence flow stays in its process and sub-process; end it at the border.",
    ),
    "start-with-incoming": ("error", "Nothing can flow into a start event; remove the flow."),
    "end-with-outgoing": ("error", "Nothing can flow out of an end event; remove the flow."),
    "boundary-with-incoming": ("error", "Nothing can flow into a boundary event; remove the flow."),
    "boundary-without-host": (
        "error",
        "A boundary event is attached to an activity of its scope; attach it.",
    ),
    "boundary-must-interrupt": ("error", "Error and cancel events always interrupt; say so."),
    "event-sub-process-with-flows": ("error", "An event sub-process has no sequence flows; remove them."),
    "event-sub-process-start": ("error", "An event sub-process has exactly one start event; correct it."),
    "handler-with-flows": ("error", "A compensation handler has no sequence flows; remove them."),
    "compensation-with-flow": ("error", "A compensation event has an association, no flow; remove the flow."),
    "compensation-without-handler": (
        "warning",
        "The compensation event has no handler; draw the association.",
    ),
    "default-not-outgoing": ("error", "The default flow does not leave the node; choose one that does."),
    "unreachable-node": ("warning", "Nothing leads to the node; connect or remove it."),
    "dangling-message-flow": ("warning", "One end of the message flow does not exist; connect it."),
    "message-flow-inside": ("warning", "A message flow connects pools; inside one use a sequence flow."),
    "event-not-allowed": ("error", "BPMN does not allow this event definition here; use another."),
    "event-without-definition": ("error", "The event does not say what it waits for; give it a definition."),
    "cancel-outside-transaction": ("error", "Cancel events belong to transactions; use another event."),
    "missing-message": ("error", "The event names no message; choose one."),
    "missing-signal": ("error", "The event names no signal; choose one."),
    "missing-condition": ("error", "The event has no condition; write one."),
    "throws-nothing": ("warning", "The event throws a message without a name; choose one."),
    "ambiguous-link": ("error", "Two link catch events have the same name; rename one."),
    "link-without-target": ("error", "The link leads nowhere; add a link catch event of its name."),
    "link-with-flow": ("error", "A link throw has no way out, a link catch no way in; remove the flow."),
    "gateway-direction": ("error", "The direction contradicts the gateway's flows; correct it."),
    "event-gateway-without-targets": ("error", "The event-based gateway waits for nothing; add events."),
    "event-gateway-alone": ("warning", "The event-based gateway waits for one event only; add another."),
    "event-gateway-target": (
        "error",
        "An event-based gateway leads to catch events of its own; correct the target.",
    ),
    "instantiating-with-incoming": (
        "error",
        "A gateway that starts the process has no incoming flow; remove it.",
    ),
    "parallel-event-gateway": (
        "error",
        "Only an instantiating event-based gateway may be parallel; correct it.",
    ),
    "condition-ignored": ("warning", "The condition is never asked here; remove it."),
    "flow-always-taken": (
        "warning",
        "The flow has no condition, so those after it are never taken; write one.",
    ),
    "loop-without-condition": ("warning", "The loop runs once; write a condition or a maximum."),
    "loop-without-event": ("warning", "The behaviour throws an event that is not named; name one."),
    "unsupported-call": ("error", "The call uses what does not run here; call a process with mappings."),
    "missing-called-element": ("error", "The call activity names no process; choose one."),
    "unknown-process": ("warning", "The called process is not deployed; deploy it."),
    "empty-sub-process": ("warning", "The sub-process is empty and passes at once; draw what it does."),
    "ad-hoc-with-event": ("error", "An ad-hoc sub-process has no start or end events; remove them."),
    "invalid-expression": ("error", "The expression cannot be read; correct it."),
    "empty-expression": ("error", "The expression is empty; write one."),
    "too-many-expressions": (
        "error",
        "All expressions that are deployed together are too many; simplify them or deploy the files apart.",
    ),
    "unsupported-language": ("error", "The language does not run here; write the expression in FEEL."),
    "invalid-number": ("error", "The text is not a whole number; correct it."),
    "invalid-date": ("error", "The text is no ISO 8601 date; correct it."),
    "invalid-retry-cycle": ("error", "The text is no retry cycle; write it like R3/PT10M."),
    "unknown-handler": ("error", "The Java class, expression or listener has no handler; register one."),
    "no-handler": ("warning", "No handler is registered for the jobs; an external worker has to take them."),
    "unsupported-script": (
        "error",
        "The script's language does not run here; write FEEL or register `script`.",
    ),
    "empty-script": ("warning", "The script task has no script; write one or make it a plain task."),
    "listener-never-called": ("warning", "The listener waits for what nobody tells here; choose another moment."),
    "empty-listener": ("error", "The listener names nothing to call; name a handler."),
    "unknown-decision": ("warning", "The decision is not deployed; deploy it."),
    "invalid-result-mapping": ("error", "The way to map the decision's result is unknown; choose another."),
    "missing-form": ("warning", "The embedded form is not in the process; embed it."),
    "deadlock": ("warning", "The join waits for flows that never all come; use a matching split."),
    "possible-deadlock": (
        "warning",
        "The join may wait for a flow that no token takes; use a matching split.",
    ),
    "missing-synchronisation": ("warning", "Tokens of a parallel split pass one after the other; join them."),
}

# What only a deployment finds, which stores what it has read.
DEPLOYMENT_CODES: Final[dict[str, tuple[Severity, str]]] = {
    "text-too-long": ("error", "An id, a name or a version tag is longer than what is kept; shorten it."),
    "join-too-wide": ("error", "Too many nodes lead to too many flows of the join; join them in several steps."),
    "nested-too-deep": ("error", "Definitions refer to one another too deep; flatten them."),
    "not-a-form": ("error", "The file is no form-js schema; it needs a list `components`."),
}


def problem(code: str, node: str, line: int | None, message: str) -> Problem:
    """A finding with the severity that the table gives its code."""
    return Problem(code, node, line, message, CODES[code][0])
