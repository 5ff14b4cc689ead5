"""The page of all elements: `python -m engine.core.compile.element_page > docs/elements.md` writes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from engine.core.elements import ELEMENTS
from engine.core.parse import names
from engine.core.parse.dialects import camunda, statewright, zeebe
from engine.core.triggers import TRIGGERS

EXECUTED, READ, IGNORED = "executed", "read only", "for other tools"

_HEAD: Final = """# Elements

What becomes of every element of BPMN 2.0.2 and of both vendors' extensions. **executed**: it changes what a run does.
**read only**: it is kept, shown and written out again, and a run pays no attention to it. **for other tools**: it only
means something to others; it stays in the file. What BPMN does not know is refused as `unknown-element`, what may
not stand where it stands is said at deployment ([problems](problems.md)). Nothing is passed over in silence.

This page is generated from the registries by `python -m engine.core.compile.element_page`.
"""

# How an element is executed, where its name alone does not say it.
_NOTES: Final[dict[str, str]] = {
    "startEvent": "none, message, timer, signal, conditional, multiple, parallel multiple; of an event sub-process "
    "also error, escalation, compensation, interrupting or not",
    "intermediateCatchEvent": "message, timer (a cycle fires as often as it says), signal, conditional, link, "
    "multiple, parallel multiple",
    "intermediateThrowEvent": "none, message, signal, escalation, compensation, link, multiple",
    "boundaryEvent": "message, timer, signal, error, escalation, conditional, compensation, cancel, multiple, parallel "
    "multiple; interrupting or not",
    "endEvent": "none, message, signal, error, escalation, compensation, cancel, terminate, multiple",
    "implicitThrowEvent": "what a multi-instance activity throws when an instance is complete",
    "task": "passed at once",
    "manualTask": "passed at once",
    "userTask": "a work item; task listeners are called on creation, assignment, update, timeout and completion, "
    "and on `delete` when the task goes away undone",
    "serviceTask": "a job",
    "sendTask": "throws its message; a job where it names who does it",
    "receiveTask": "waits for its message; may start the process",
    "scriptTask": "FEEL within the step, a context without a result variable gives its entries; any other language is "
    "a job for the handler `script`",
    "businessRuleTask": "evaluates a decision within the step; a job where it names a handler",
    "callActivity": "a process or a global task; latest, deployment, version, version tag",
    "subProcess": "embedded, or an event sub-process",
    "transaction": "cancelled by a cancel end event, left by its cancel boundary event",
    "adHocSubProcess": "sequential or parallel, completion condition, `cancelRemainingInstances`, active elements",
    "exclusiveGateway": "the first flow that holds, else the default",
    "parallelGateway": "one token from each incoming flow",
    "inclusiveGateway": "every flow that holds; the join waits for what may still come (13.4.3)",
    "complexGateway": "activation condition over `activationCount` and the ids of its flows, then reset (13.4.5)",
    "eventBasedGateway": "exclusive, instantiating, parallel instantiating",
    "standardLoopCharacteristics": "`testBefore`, `loopMaximum`, condition",
    "multiInstanceLoopCharacteristics": "sequential or parallel, by number or collection, completion condition; "
    "behaviours none, one, all, complex",
    "sequenceFlow": "conditional and default flows, listeners",
    "conditionExpression": "ignored where BPMN ignores it: behind parallel and event-based gateways and events",
    "process": "executable when it says so, or when it is the only one of its file",
    "lane": "gives a user task without candidates its candidate group",
    "messageFlow": "delivers a message between two processes of a deployment",
    "dataObject": "a variable of its process or sub-process",
    "dataObjectReference": "stands for its data object",
    "dataStoreReference": "a variable with the name of the store",
    "dataInputAssociation": "a copy into the activity's own variables",
    "dataOutputAssociation": "a copy out of them",
    "property": "a variable of its activity or process",
    "correlationProperty": "the expressions that find the correlation key; of several, the list of their values as a "
    'text: `["7", "8"]`',
    "association": "from a compensation event to its handler; else drawn only",
    "potentialOwner": "candidates of a user task",
    "humanPerformer": "assignee of a user task",
    "performer": "assignee of a user task",
    "messageEventDefinition": "",
    "conditionalEventDefinition": "asked on entry and at every change of what it reads; what does not interrupt "
    "happens at each change that finds it true",
}

_EXECUTED_PARTS: Final = frozenset(
    [
        "activationCondition", "assignment", "completionCondition", "complexBehaviorDefinition", "condition",
        "conditionExpression", "correlationKey", "correlationProperty", "correlationPropertyBinding",
        "correlationPropertyRef", "correlationPropertyRetrievalExpression", "correlationSubscription", "dataInput",
        "dataInputAssociation", "dataObject", "dataObjectReference", "dataOutput", "dataOutputAssociation", "dataPath",
        "dataStore", "dataStoreReference", "error", "escalation", "event", "eventDefinitionRef", "flowNodeRef",
        "formalExpression", "from", "humanPerformer", "inMessageRef", "inputDataItem", "interface", "ioSpecification",
        "lane", "laneSet", "childLaneSet", "loopCardinality", "loopCondition", "loopDataInputRef",
        "loopDataOutputRef", "message", "messageFlow", "messagePath", "multiInstanceLoopCharacteristics", "operation",
        "operationRef", "outputDataItem", "participant", "performer", "potentialOwner", "process", "property",
        "resourceAssignmentExpression", "resourceRole", "script", "sequenceFlow", "signal", "sourceRef",
        "standardLoopCharacteristics", "targetRef", "timeCycle", "timeDate", "timeDuration", "to", "transformation",
        "definitions", "extensionElements", "association", "implicitThrowEvent", "target", "collaboration",
    ]
)  # fmt: skip
_SHOWN: Final = frozenset(
    [
        "category", "categoryValue", "documentation", "group", "incoming", "outgoing", "text", "textAnnotation",
        "dataState", "conversation", "subConversation", "callConversation", "choreography", "choreographyTask",
        "subChoreography", "callChoreography", "globalChoreographyTask", "globalConversation", "conversationLink",
    ]
)  # fmt: skip


def status_of(name: str) -> str:
    """What becomes of a BPMN element, by its local name."""
    kind = names.GLOBAL_TASKS.get(name, name)
    if kind in ELEMENTS or names.EVENT_DEFINITIONS.get(name) in TRIGGERS or name in _EXECUTED_PARTS:
        return EXECUTED
    return READ if name in _SHOWN else IGNORED


def write_page() -> str:
    """The page as Markdown."""
    groups = {
        "Events": names.EVENTS,
        "Event definitions": names.EVENT_DEFINITIONS,
        "Activities": names.ACTIVITIES | frozenset(names.GLOBAL_TASKS),
        "Gateways": names.GATEWAYS,
        "Data and artifacts": names.DATA | names.ARTIFACTS,
        "Choreographies and conversations": names.CHOREOGRAPHY_NODES | names.CONVERSATION_NODES,
    }
    shown = frozenset(name for group in groups.values() for name in group)
    groups["Everything else"] = names.KNOWN - shown
    page = [_HEAD]
    for title, members in groups.items():
        page += [f"\n## {title}\n\n| element | | |\n|---|---|---|\n", *_rows(members)]
    page.append("\n## Extensions that are read\n\n| dialect | elements |\n|---|---|\n")
    for title, table in (
        ("Camunda 8 (`zeebe`)", zeebe.EXTENSIONS),
        ("Camunda 7 (`camunda`, `activiti`, `flowable`)", camunda.EXTENSIONS),
        ("Statewright", statewright.EXTENSIONS),
    ):
        words = sorted({names.local(str(tag)) for tag in table})
        page.append(f"| {title} | {', '.join(f'`{word}`' for word in words)} |\n")
    return "".join(page)


def _rows(members: Iterable[str]) -> Iterator[str]:
    for name in sorted(members):
        yield f"| `{name}` | {status_of(name)} | {_NOTES.get(name, '')} |\n"


if __name__ == "__main__":
    print(write_page(), end="")  # noqa: T201  this is the output
