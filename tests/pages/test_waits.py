"""What the page of an instance says it waits for: how far its loops are, and which called instances go on."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from engine.service import instances, work
from engine.worker import handlers, running
from tests.service.diagrams import deploy, make_person

pytestmark = pytest.mark.django_db
FILE = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"
 targetNamespace="t"><process id="parent" isExecutable="true"><startEvent id="s"/>
 <callActivity id="each" name="Each"><extensionElements><zeebe:calledElement processId="child" businessId="=item"/>
 </extensionElements><multiInstanceLoopCharacteristics><extensionElements>
 <zeebe:loopCharacteristics inputCollection="=items" inputElement="item"/></extensionElements>
 </multiInstanceLoopCharacteristics></callActivity><sequenceFlow id="a" sourceRef="s" targetRef="each"/></process>
 <process id="child" name="Child" isExecutable="true"><startEvent id="cs"/>{}
 <sequenceFlow id="ca" sourceRef="cs" targetRef="t"/></process></definitions>"""
ASKED = '<userTask id="t"/>'
BROKEN = '<serviceTask id="t"><extensionElements><zeebe:taskDefinition type="pay-expense"/></extensionElements></serviceTask>'


def read(client: Client, instance: int) -> str:
    client.force_login(make_person("operator", "operators"), backend="engine.demo.accounts.SignInBackend")
    return re.sub(r"\s+", " ", client.get(f"/instances/{instance}/").content.decode())


def start(task: str, number: int) -> int:
    handlers.discover()
    deploy(FILE.format(task))
    instance = instances.start("parent", None, variables={"items": [f"K-{index}" for index in range(number)]})
    while work.advance_deliveries() + work.run_continuations() + running.run_jobs():
        pass
    return instance


def test_called_instances_that_go_on_are_linked_and_counted(client: Client) -> None:
    page = read(client, start(ASKED, 12))
    assert "0 of 12 instances are done" in page
    assert "the called instance “K-0”" in page
    assert "2 more called instances" in page


def test_a_called_instance_that_stands_still_says_so(client: Client) -> None:
    page = read(client, start(BROKEN, 1))
    assert "the called instance “K-0”" in page
    assert "it stands still, repair it there" in page
