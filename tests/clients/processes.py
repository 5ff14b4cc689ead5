"""Processes as a modeler of Camunda 7 saves them: a service task of each client's own topic."""

from __future__ import annotations

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" xmlns:modeler="http://camunda.org/schema/modeler/1.0" '
    'id="Definitions_1" targetNamespace="http://bpmn.io/schema/bpmn" '
    'modeler:executionPlatform="Camunda Platform" modeler:executionPlatformVersion="7.24.0">'
)


def external(key: str) -> str:
    """Start, external task, end; the error DECLINED leads to an end of its own."""
    return (
        f'{HEAD}<bpmn:error id="e" name="declined" errorCode="DECLINED"/>'
        f'<bpmn:process id="{key}" name="Client {key}" isExecutable="true" camunda:historyTimeToLive="30">'
        '<bpmn:startEvent id="start"/><bpmn:sequenceFlow id="a" sourceRef="start" targetRef="work"/>'
        f'<bpmn:serviceTask id="work" name="Work" camunda:type="external" camunda:topic="{key}"/>'
        '<bpmn:boundaryEvent id="caught" attachedToRef="work"><bpmn:errorEventDefinition errorRef="e"/>'
        '</bpmn:boundaryEvent><bpmn:sequenceFlow id="b" sourceRef="work" targetRef="done"/>'
        '<bpmn:sequenceFlow id="c" sourceRef="caught" targetRef="declined"/>'
        '<bpmn:endEvent id="done"/><bpmn:endEvent id="declined"/></bpmn:process></bpmn:definitions>'
    )


def with_task(key: str) -> str:
    """A message starts it or wakes it; then a person works."""
    return (
        f'{HEAD}<bpmn:message id="m" name="{key}-go"/>'
        f'<bpmn:process id="{key}" isExecutable="true">'
        '<bpmn:startEvent id="start"/><bpmn:sequenceFlow id="a" sourceRef="start" targetRef="wait"/>'
        '<bpmn:intermediateCatchEvent id="wait"><bpmn:messageEventDefinition messageRef="m"/>'
        '</bpmn:intermediateCatchEvent><bpmn:sequenceFlow id="b" sourceRef="wait" targetRef="review"/>'
        '<bpmn:userTask id="review" name="Review it" camunda:candidateGroups="administrators"/>'
        '<bpmn:sequenceFlow id="c" sourceRef="review" targetRef="done"/><bpmn:endEvent id="done"/>'
        "</bpmn:process></bpmn:definitions>"
    )
