"""Instances: started once, cancelled, suspended and resumed; who may do what with them."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AbstractUser, Group

from engine.core.model.problems import ProcessError
from engine.models import Delivery, Incident, Instance, ProcessRight, Step, Timer, Token, WorkItem
from engine.models.keys import span
from engine.service import instances, items, work
from engine.service.errors import Conflict, Forbidden, Invalid, NotFound
from tests.core.parse.texts import process, sequence
from tests.service.diagrams import (
    CALLING,
    DECIDED,
    LATE,
    PLAIN,
    STARTED_BY_MESSAGE,
    deploy,
    item_of,
    status_of,
    the_process,
)

pytestmark = pytest.mark.django_db


def test_a_start_leaves_an_instance_with_its_token_work_item_and_history() -> None:
    deploy(PLAIN)
    instance = instances.start("p", None, variables={"amount": 5}, business_key="K-1")
    row = Instance.objects.get(pk=instance)
    assert (row.variables, row.business_key, row.get_status_display()) == ({"amount": 5}, "K-1", "active")
    assert [token.state.node for token in Token.objects.filter(id__range=span(instance))] == ["review"]
    assert item_of(instance).state.name == "Review"
    assert Step.objects.filter(id__range=span(instance)).count() == 1


def test_the_same_idempotency_key_of_the_same_person_starts_once(clerk: AbstractUser, manager: AbstractUser) -> None:
    deploy(PLAIN)
    first = instances.start("p", clerk, idempotency_key="k")
    assert instances.start("p", clerk, idempotency_key="k") == first
    assert instances.start("p", clerk, idempotency_key="other") != first
    assert instances.start("p", manager, idempotency_key="k") != first
    assert Instance.objects.count() == 3


def test_a_start_by_number_runs_on_that_version() -> None:
    deploy(PLAIN)
    deploy(PLAIN.replace("Review", "Look"))
    assert item_of(instances.start("p", None, version=1)).state.name == "Review"
    assert item_of(instances.start("p", None)).state.name == "Look"
    with pytest.raises(NotFound):
        instances.start("p", None, version=3)


def test_an_instance_stays_on_its_version_when_the_next_is_deployed(manager: AbstractUser) -> None:
    deploy(DECIDED)
    instance = instances.start("p", None)
    deploy(PLAIN)
    items.complete(item_of(instance).pk, manager, outcome="approve")
    nodes = {entry for step in Step.objects.all() for entry in map(str, step.log)}
    assert status_of(instance) == "completed"
    assert nodes


def test_a_start_that_reaches_no_rest_leaves_nothing() -> None:
    deploy(
        process(
            '<startEvent id="start"/><exclusiveGateway id="g"/><endEvent id="end"/>'
            '<sequenceFlow id="a" sourceRef="start" targetRef="g"/>'
            '<sequenceFlow id="b" sourceRef="g" targetRef="end"><conditionExpression>=false</conditionExpression>'
            "</sequenceFlow>"
        )
    )
    with pytest.raises(ProcessError):
        instances.start("p", None)
    assert not Instance.objects.exists()


def test_cancelling_ends_everything_the_instance_waits_for(operator: AbstractUser) -> None:
    deploy(LATE)
    instance = instances.start("p", None)
    assert Timer.objects.exists()
    instances.cancel(instance, operator, reason="wrong order")
    assert status_of(instance) == "cancelled"
    assert not Timer.objects.exists()
    assert not Token.objects.exists()
    assert WorkItem.objects.get().get_status_display() == "cancelled"
    with pytest.raises(Conflict):
        instances.cancel(instance, operator)


def test_cancelling_ends_what_the_instance_has_called(operator: AbstractUser) -> None:
    deploy(CALLING)
    parent = instances.start("p", None)
    child = Instance.objects.exclude(pk=parent).get().pk
    instances.cancel(parent, operator)
    work.advance_deliveries()
    assert (status_of(parent), status_of(child)) == ("cancelled", "cancelled")


def test_nothing_of_a_suspended_instance_moves_until_it_is_resumed(
    operator: AbstractUser, manager: AbstractUser
) -> None:
    deploy(LATE)
    instance = instances.start("p", None)
    item = item_of(instance).pk
    instances.suspend(instance, operator)
    Timer.objects.update(due="2000-01-01T00:00:00Z")
    work.sweep()
    with pytest.raises(Conflict):
        items.complete(item, manager)
    with pytest.raises(Conflict):
        instances.suspend(instance, operator)
    assert status_of(instance) == "suspended"
    instances.resume(instance, operator)
    work.sweep()
    assert status_of(instance) == "completed"
    assert not Delivery.objects.exists()


def test_variables_are_set_and_a_wrong_one_is_refused(operator: AbstractUser) -> None:
    deploy(PLAIN)
    instance = instances.start("p", None, variables={"a": 1})
    instances.set_variables(instance, operator, {"b": 2})
    assert Instance.objects.get().variables == {"a": 1, "b": 2}
    for wrong in ({"n": float("nan")}, {"t": "a\0b"}, {"": 1}, {"t": "\ud800"}, {"x": "y" * 1_100_000}):
        with pytest.raises(Invalid):
            instances.set_variables(instance, operator, wrong)
    assert Instance.objects.get().variables == {"a": 1, "b": 2}


def test_a_suspended_process_starts_nothing_and_what_runs_goes_on(
    operator: AbstractUser, manager: AbstractUser
) -> None:
    deploy(PLAIN)
    instance = instances.start("p", None)
    instances.suspend_process(the_process(), operator, is_suspended=True)
    with pytest.raises(Conflict):
        instances.start("p", None)
    items.complete(item_of(instance).pk, manager)
    assert status_of(instance) == "completed"


def test_a_process_without_a_plain_start_says_how_it_is_started() -> None:
    deploy(STARTED_BY_MESSAGE)
    with pytest.raises(ProcessError):
        instances.start("p", None)


class TestRights:
    """What is foreign does not exist; what may be seen but not done is forbidden."""

    def test_who_may_not_start_does_not_learn_that_the_process_exists(self, stranger: AbstractUser) -> None:
        deploy(PLAIN)
        with pytest.raises(NotFound):
            instances.start("p", stranger)
        with pytest.raises(NotFound):
            instances.start("no-such-process", stranger)

    def test_who_may_see_but_not_operate_is_told_so(self, modeler: AbstractUser) -> None:
        deploy(PLAIN)
        instance = instances.start("p", None)
        for act in (instances.cancel, instances.suspend, instances.resume):
            with pytest.raises(Forbidden):
                act(instance, modeler)
        assert status_of(instance) == "active"

    def test_a_foreign_instance_does_not_exist(self, clerk: AbstractUser, stranger: AbstractUser) -> None:
        deploy(PLAIN)
        instance = instances.start("p", None)
        for actor in (clerk, stranger):
            for act in (instances.cancel, instances.suspend, instances.resume):
                with pytest.raises(NotFound):
                    act(instance, actor)
            with pytest.raises(NotFound):
                instances.set_variables(instance, actor, {"a": 1})

    def test_rights_of_the_process_take_the_place_of_roles(self, clerk: AbstractUser, manager: AbstractUser) -> None:
        deploy(PLAIN)
        group = Group.objects.get(name="clerks")
        ProcessRight.objects.create(process=the_process(), group=group, may_start=True)
        assert instances.start("p", clerk)
        with pytest.raises(NotFound):
            instances.start("p", manager)

    def test_an_inactive_person_may_nothing(self, clerk: AbstractUser) -> None:
        deploy(PLAIN)
        clerk.is_active = False
        with pytest.raises(NotFound):
            instances.start("p", clerk)


class TestCalls:
    def test_the_child_gives_its_variables_to_the_parent_that_goes_on(self, manager: AbstractUser) -> None:
        deploy(CALLING)
        parent = instances.start("p", None, variables={"a": 1}, business_key="K")
        child = Instance.objects.exclude(pk=parent).get()
        assert child.business_key == "K"
        items.complete(item_of(child.pk).pk, manager, {"b": 2})
        assert (status_of(parent), status_of(child.pk)) == ("completed", "completed")
        assert Instance.objects.get(pk=parent).variables["b"] == 2

    @pytest.mark.parametrize(
        ("binding", "called"),
        [
            ('camunda:calledElementBinding="latest"', "New"),
            ('camunda:calledElementBinding="deployment"', "Old"),
            ('camunda:calledElementBinding="version" camunda:calledElementVersion="1"', "Old"),
            ('camunda:calledElementBinding="version" camunda:calledElementVersion="${1 + 1}"', "New"),
            ('camunda:calledElementBinding="version" camunda:calledElementVersion="3"', None),
            ('camunda:calledElementBinding="versionTag" camunda:calledElementVersionTag="one"', "Old"),
        ],
    )
    def test_a_call_is_bound_to_the_version_that_it_says(self, binding: str, called: str | None) -> None:
        child = PLAIN.replace('id="p"', 'id="q"')
        words = 'xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
        old = child.replace("Review", "Old").replace('id="q"', f'{words} camunda:versionTag="one" id="q"')
        deploy(sequence(f'<callActivity {words} id="call" calledElement="q" {binding}/>'), old)
        deploy(child.replace("Review", "New"))
        instances.start("p", None)
        assert [item.state.name for item in WorkItem.objects.select_related("state")] == [called] * bool(called)
        assert [found.code for found in Incident.objects.all()] == ["called-missing"] * (not called)

    def test_a_child_that_is_not_deployed_is_an_incident_and_its_retry_calls_it(self, operator: AbstractUser) -> None:
        called = (
            '<callActivity id="call"><extensionElements><zeebe:calledElement processId="absent"/>'
            "</extensionElements></callActivity>"
        )
        deploy(sequence(called))
        parent = instances.start("p", None)
        incident = Incident.objects.get(status=Incident.Status.OPEN)
        assert (incident.node, incident.code) == ("call", "called-missing")
        deploy(PLAIN.replace('id="p"', 'id="absent"'))
        instances.retry_incident(incident.pk, operator)
        assert Instance.objects.filter(parent__range=span(parent)).count() == 1
        assert not Incident.objects.filter(status=Incident.Status.OPEN).exists()
