"""The names that BPMN 2.0 and the vendors give to things in a file; no reading."""

from __future__ import annotations

from typing import Final

BPMN: Final = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI: Final = "http://www.omg.org/spec/BPMN/20100524/DI"
DC: Final = "http://www.omg.org/spec/DD/20100524/DC"
DI: Final = "http://www.omg.org/spec/DD/20100524/DI"

ZEEBE: Final = "http://camunda.org/schema/zeebe/1.0"
CAMUNDA: Final = "http://camunda.org/schema/1.0/bpmn"
ACTIVITI: Final = "http://activiti.org/bpmn"
FLOWABLE: Final = "http://flowable.org/bpmn"
STATEWRIGHT: Final = "https://statewright.dev/schema/bpmn/1.0"
MODELER: Final = "http://camunda.org/schema/modeler/1.0"

# The two forks of Camunda 7's ancestor write the same words under their own names.
CAMUNDA_FAMILY: Final = (CAMUNDA, ACTIVITI, FLOWABLE)
# Camunda 8 has no word for where a caught code goes: in its files it is ours.
CATCHING: Final = (STATEWRIGHT, *CAMUNDA_FAMILY)


def tag(name: str, namespace: str = BPMN) -> str:
    """The name of an element as lxml writes it."""
    return f"{{{namespace}}}{name}"


def local(tag: str) -> str:
    """The name without its namespace."""
    return tag.rpartition("}")[2]


def reference(text: str | None) -> str:
    """The id that a QName like `tns:Message_1` points to: references stay inside the file."""
    return (text or "").strip().rpartition(":")[2]


TASKS: Final = frozenset(
    [
        "task",
        "userTask",
        "manualTask",
        "serviceTask",
        "scriptTask",
        "businessRuleTask",
        "sendTask",
        "receiveTask",
    ]
)
SUB_PROCESSES: Final = frozenset({"subProcess", "transaction", "adHocSubProcess"})
ACTIVITIES: Final = TASKS | SUB_PROCESSES | {"callActivity"}
GATEWAYS: Final = frozenset(
    ["exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway"]
)
CATCH_EVENTS: Final = frozenset({"startEvent", "intermediateCatchEvent", "boundaryEvent"})
THROW_EVENTS: Final = frozenset({"intermediateThrowEvent", "endEvent", "implicitThrowEvent"})
EVENTS: Final = CATCH_EVENTS | THROW_EVENTS
FLOW_NODES: Final = ACTIVITIES | GATEWAYS | EVENTS

GLOBAL_TASKS: Final = {
    "globalTask": "task",
    "globalUserTask": "userTask",
    "globalManualTask": "manualTask",
    "globalScriptTask": "scriptTask",
    "globalBusinessRuleTask": "businessRuleTask",
}

# Drawn, and never executed: BPMN's choreography and conversation diagrams.
CHOREOGRAPHY_NODES: Final = frozenset({"choreographyTask", "subChoreography", "callChoreography"})
CONVERSATION_NODES: Final = frozenset({"conversation", "subConversation", "callConversation"})
COLLABORATIONS: Final = frozenset({"collaboration", "choreography", "globalConversation"})

DATA: Final = frozenset({"dataObject", "dataObjectReference", "dataStoreReference"})
ARTIFACTS: Final = frozenset({"textAnnotation", "group", "association"})

EVENT_DEFINITIONS: Final = {
    "messageEventDefinition": "message",
    "timerEventDefinition": "timer",
    "signalEventDefinition": "signal",
    "errorEventDefinition": "error",
    "escalationEventDefinition": "escalation",
    "conditionalEventDefinition": "conditional",
    "compensateEventDefinition": "compensate",
    "cancelEventDefinition": "cancel",
    "linkEventDefinition": "link",
    "terminateEventDefinition": "terminate",
}

ROOT_ELEMENTS: Final = (
    frozenset(
        [
            "category",
            "correlationProperty",
            "dataStore",
            "endPoint",
            "error",
            "escalation",
            "globalChoreographyTask",
            "interface",
            "itemDefinition",
            "message",
            "partnerEntity",
            "partnerRole",
            "process",
            "resource",
            "signal",
        ]
    )
    | frozenset(EVENT_DEFINITIONS)
    | frozenset(GLOBAL_TASKS)
    | COLLABORATIONS
)

# What may stand anywhere inside the elements above and is no element of the diagram by itself.
PARTS: Final = frozenset(
    [
        "activationCondition",
        "artifact",
        "assignment",
        "auditing",
        "categoryValue",
        "categoryValueRef",
        "childLaneSet",
        "choreographyRef",
        "completionCondition",
        "complexBehaviorDefinition",
        "condition",
        "conditionExpression",
        "conversationAssociation",
        "conversationLink",
        "conversationNode",
        "correlationKey",
        "correlationPropertyBinding",
        "correlationPropertyRef",
        "correlationPropertyRetrievalExpression",
        "correlationSubscription",
        "dataAssociation",
        "dataInput",
        "dataInputAssociation",
        "dataInputRefs",
        "dataOutput",
        "dataOutputAssociation",
        "dataOutputRefs",
        "dataPath",
        "dataState",
        "definition",
        "documentation",
        "endPointRef",
        "errorRef",
        "event",
        "eventDefinition",
        "eventDefinitionRef",
        "expression",
        "extension",
        "extensionElements",
        "flowElement",
        "flowNodeRef",
        "formalExpression",
        "from",
        "humanPerformer",
        "import",
        "inMessageRef",
        "incoming",
        "inputDataItem",
        "inputSet",
        "inputSetRefs",
        "interfaceRef",
        "ioBinding",
        "ioSpecification",
        "lane",
        "laneSet",
        "loopCardinality",
        "loopCharacteristics",
        "loopCondition",
        "loopDataInputRef",
        "loopDataOutputRef",
        "messageFlow",
        "messageFlowAssociation",
        "messageFlowRef",
        "messagePath",
        "monitoring",
        "multiInstanceLoopCharacteristics",
        "operation",
        "operationRef",
        "optionalInputRefs",
        "optionalOutputRefs",
        "outMessageRef",
        "outgoing",
        "outputDataItem",
        "outputSet",
        "outputSetRefs",
        "participant",
        "participantAssociation",
        "participantMultiplicity",
        "participantRef",
        "partitionElement",
        "performer",
        "potentialOwner",
        "property",
        "relationship",
        "rendering",
        "resourceAssignmentExpression",
        "resourceParameter",
        "resourceParameterBinding",
        "resourceRef",
        "resourceRole",
        "script",
        "sequenceFlow",
        "source",
        "sourceRef",
        "standardLoopCharacteristics",
        "supportedInterfaceRef",
        "supports",
        "target",
        "targetRef",
        "text",
        "timeCycle",
        "timeDate",
        "timeDuration",
        "to",
        "transformation",
        "type",
        "whileExecutingInputRefs",
        "whileExecutingOutputRefs",
    ]
)

KNOWN: Final = (
    ROOT_ELEMENTS | FLOW_NODES | CHOREOGRAPHY_NODES | CONVERSATION_NODES | DATA | ARTIFACTS | PARTS | {"definitions"}
)
