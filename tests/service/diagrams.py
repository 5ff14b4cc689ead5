"""Small processes for the tests of the service, and the people who work with them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser, Group

from engine.models import Instance, Process, WorkItem
from engine.models.keys import span
from engine.service import deploying
from tests.core.parse.texts import file, process, sequence

REVIEW = (
    '<userTask id="review" name="Review"><extensionElements><zeebe:userTask/>'
    '<zeebe:assignmentDefinition candidateGroups="managers"/></extensionElements></userTask>'
)
# A task for the managers, and nothing else.
PLAIN = sequence(REVIEW)
# What was decided chooses the way; the guard reads the form's own words.
DECIDED = process(
    '<startEvent id="start"/>'
    + REVIEW
    + '<exclusiveGateway id="decision" default="no"/>'
    + '<endEvent id="approved"/><endEvent id="rejected"/>'
    + '<sequenceFlow id="a" sourceRef="start" targetRef="review"/>'
    + '<sequenceFlow id="b" sourceRef="review" targetRef="decision"/>'
    + '<sequenceFlow id="yes" sourceRef="decision" targetRef="approved">'
    + '<conditionExpression>=outcome = "approve"</conditionExpression></sequenceFlow>'
    + '<sequenceFlow id="no" sourceRef="decision" targetRef="rejected"/>'
)


def event(name: str) -> str:
    return f'<messageEventDefinition messageRef="{name}"/>'


def message(key: str = "order") -> str:
    return (
        '<message id="m" name="paid"><extensionElements>'
        f'<zeebe:subscription correlationKey="={key}"/></extensionElements></message>'
    )


WAITING = sequence(f'<intermediateCatchEvent id="wait">{event("m")}</intermediateCatchEvent>', roots=message())
STARTED_BY_MESSAGE = process(
    f'<startEvent id="start">{event("m")}</startEvent>{REVIEW}<endEvent id="end"/>'
    '<sequenceFlow id="a" sourceRef="start" targetRef="review"/>'
    '<sequenceFlow id="b" sourceRef="review" targetRef="end"/>',
    '<message id="m" name="paid"/>',
)
SIGNALLED = sequence(
    '<intermediateCatchEvent id="wait"><signalEventDefinition signalRef="s"/></intermediateCatchEvent>',
    roots='<signal id="s" name="opened"/>',
)


def timer(definition: str) -> str:
    return f"<timerEventDefinition>{definition}</timerEventDefinition>"


def boundary(definition: str, rest: str = "", *, host: str = REVIEW, ways: str = "") -> str:
    """A task whose boundary event `late` leads to its own end."""
    return process(
        f'<startEvent id="start"/>{host}<endEvent id="end"/>'
        f'<boundaryEvent id="late" attachedToRef="review" {ways}>{definition}</boundaryEvent><endEvent id="missed"/>'
        '<sequenceFlow id="a" sourceRef="start" targetRef="review"/>'
        '<sequenceFlow id="b" sourceRef="review" targetRef="end"/>'
        '<sequenceFlow id="c" sourceRef="late" targetRef="missed"/>',
        rest,
    )


LATE = boundary(timer('<timeDuration xsi:type="tFormalExpression">P2D</timeDuration>'))
TIMED_START = process(
    f'<startEvent id="start">{timer("<timeCycle>R3/PT1H</timeCycle>")}</startEvent>{REVIEW}<endEvent id="end"/>'
    '<sequenceFlow id="a" sourceRef="start" targetRef="review"/>'
    '<sequenceFlow id="b" sourceRef="review" targetRef="end"/>'
)


def job(retries: int = 2, *, id: str = "charge", marks: str = "") -> str:
    return (
        f'<serviceTask id="{id}" {marks}><extensionElements>'
        f'<zeebe:taskDefinition type="charge-card" retries="{retries}"/></extensionElements></serviceTask>'
    )


CHARGED = sequence(job())
CAUGHT = boundary(
    '<errorEventDefinition errorRef="e"/>',
    '<error id="e" errorCode="DECLINED"/>',
    host=job(id="review"),
)
ASYNCHRONOUS = sequence('<task id="later" camunda:asyncBefore="true"/>')
CALLING = file(
    '<process id="p" isExecutable="true"><startEvent id="start"/>'
    '<callActivity id="call"><extensionElements>'
    '<zeebe:calledElement processId="child" propagateAllChildVariables="true"/></extensionElements></callActivity>'
    '<endEvent id="end"/><sequenceFlow id="a" sourceRef="start" targetRef="call"/>'
    '<sequenceFlow id="b" sourceRef="call" targetRef="end"/></process>'
    f'<process id="child" isExecutable="true"><startEvent id="childStart"/>{REVIEW}<endEvent id="childEnd"/>'
    '<sequenceFlow id="d" sourceRef="childStart" targetRef="review"/>'
    '<sequenceFlow id="e" sourceRef="review" targetRef="childEnd"/></process>'
)


def deploy(*texts: str | bytes, actor: Any = None) -> Any:
    """Each text as a file of one deployment, by the engine itself unless an actor is named."""
    files = [
        deploying.File(f"{number}.bpmn", text if isinstance(text, bytes) else text.encode())
        for number, text in enumerate(texts)
    ]
    return deploying.deploy(files, actor)


def make_person(name: str, *groups: str) -> AbstractUser:
    user = get_user_model().objects.create_user(name, password="a-password-of-tests")
    user.groups.set(Group.objects.get_or_create(name=group)[0] for group in groups)
    return user  # type: ignore[return-value]


def item_of(instance: int) -> WorkItem:
    """The open work item of the instance, the only one."""
    return WorkItem.objects.get(id__range=span(instance), status=WorkItem.Status.OPEN)


def status_of(instance: int) -> str:
    return str(Instance.Status(Instance.objects.get(pk=instance).status).label)


def the_process() -> Process:
    return Process.objects.get(key="p")
