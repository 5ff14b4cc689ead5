"""Messages reach exactly one, signals everyone; what nobody waits for is kept only as long as asked."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AbstractUser

from engine.core.model.problems import CorrelationError
from engine.models import BufferedMessage, Instance, Subscription
from engine.service import instances, related
from engine.service.errors import Forbidden, Invalid
from tests.core.parse.texts import process, sequence
from tests.service.diagrams import SIGNALLED, STARTED_BY_MESSAGE, WAITING, deploy, event, status_of

pytestmark = pytest.mark.django_db


def start_waiting(*orders: str) -> list[int]:
    deploy(WAITING)
    return [instances.start("p", None, variables={"order": order}) for order in orders]


def test_a_message_reaches_the_instance_with_its_key_and_brings_its_variables() -> None:
    first, second = start_waiting("A", "B")
    assert instances.send_message("paid", None, key="B", variables={"sum": 7}) == [second]
    assert (status_of(first), status_of(second)) == ("active", "completed")
    assert Instance.objects.get(pk=second).variables == {"order": "B", "sum": 7}


def test_a_message_that_two_instances_wait_for_moves_neither() -> None:
    waiting = start_waiting("A", "A")
    for key in ("A", None):
        with pytest.raises(CorrelationError):
            instances.send_message("paid", None, key=key)
    assert [status_of(instance) for instance in waiting] == ["active", "active"]


def test_a_message_without_a_key_finds_the_only_one_that_waits() -> None:
    (only,) = start_waiting("A")
    assert instances.send_message("paid", None) == [only]


def test_a_message_that_nobody_waits_for_is_refused() -> None:
    start_waiting("A")
    with pytest.raises(CorrelationError):
        instances.send_message("paid", None, key="Z")
    with pytest.raises(CorrelationError):
        instances.send_message("unknown", None)
    assert not BufferedMessage.objects.exists()


def test_a_message_that_is_kept_is_taken_by_the_first_who_waits_for_it_and_once() -> None:
    deploy(WAITING)
    assert instances.send_message("paid", None, key="A", variables={"sum": 7}, time_to_live=60) == []
    first = instances.start("p", None, variables={"order": "A"})
    second = instances.start("p", None, variables={"order": "A"})
    assert (status_of(first), status_of(second)) == ("completed", "active")
    assert Instance.objects.get(pk=first).variables["sum"] == 7
    assert not BufferedMessage.objects.exists()


def test_a_message_is_taken_once_by_its_id() -> None:
    deploy(STARTED_BY_MESSAGE)
    first = instances.send_message("paid", None, message_id="event-1", variables={"sum": 7})
    assert instances.send_message("paid", None, message_id="event-1") == first
    assert Instance.objects.count() == 1
    assert instances.send_message("paid", None, message_id="event-2") != first


def test_a_message_starts_the_process_that_begins_with_it() -> None:
    deploy(STARTED_BY_MESSAGE)
    (instance,) = instances.send_message("paid", None, variables={"sum": 7})
    assert Instance.objects.get(pk=instance).variables == {"sum": 7}


THROWN = (
    '<intermediateThrowEvent id="throw"><extensionElements><zeebe:publishMessage correlationKey="A"/>'
    f"</extensionElements>{event('m')}</intermediateThrowEvent>"
)
SENDER = sequence(THROWN, roots='<message id="m" name="paid"/>').replace('id="p"', 'id="sender"')


def test_a_message_that_one_process_throws_reaches_the_other() -> None:
    deploy(WAITING, SENDER)
    waiting, other = (instances.start("p", None, variables={"order": order}) for order in "AB")
    assert status_of(instances.start("sender", None)) == "completed"
    assert (status_of(waiting), status_of(other)) == ("completed", "active")


@pytest.mark.parametrize("how", ["reached", "started", "kept"])
def test_a_message_relates_its_sender_and_its_receiver(how: str, operator: AbstractUser) -> None:
    deploy(STARTED_BY_MESSAGE if how == "started" else WAITING, SENDER)
    if how == "reached":
        instances.start("p", None, variables={"order": "A"})
    sender = instances.start("sender", None)
    if how == "kept":
        instances.start("p", None, variables={"order": "A"})
    one, other = Instance.objects.get(pk=sender), Instance.objects.get(version__process__key="p")
    assert related.list_related(operator, one) == [("message", other)]
    assert related.list_related(operator, other) == [("message", one)]


def test_instances_that_got_a_message_from_outside_are_related_to_none(operator: AbstractUser) -> None:
    for instance in start_waiting("A", "B"):
        instances.send_message("paid", None, key=Instance.objects.get(pk=instance).variables["order"])
        assert related.list_related(operator, Instance.objects.get(pk=instance)) == []


def test_a_signal_reaches_everyone_who_waits() -> None:
    deploy(SIGNALLED)
    waiting = [instances.start("p", None) for _ in range(3)]
    assert instances.send_signal("opened", None, variables={"by": "me"}) == 3
    assert {status_of(instance) for instance in waiting} == {"completed"}
    assert instances.send_signal("opened", None) == 0


def test_what_a_signal_starts_is_called_as_its_start_event_says_and_runs_where_that_cannot_be_said() -> None:
    named = '<startEvent id="s"><extensionElements><statewright:businessKey value="=order"/></extensionElements>{}</startEvent>'
    line = '<userTask id="a"/><sequenceFlow id="f" sourceRef="s" targetRef="a"/>'
    roots = '<signal id="go" name="opened"/>'
    signal = '<signalEventDefinition signalRef="go"/>'
    deploy(process(named.format(signal) + line, roots=roots))
    for order in ("A-1", 7, None):
        instances.send_signal("opened", None, variables={"order": order})
    assert list(Instance.objects.order_by("pk").values_list("business_key", flat=True)) == ["A-1", "7", ""]


def test_a_key_that_is_given_goes_before_that_of_the_start_event() -> None:
    keyed = '<startEvent id="s"><extensionElements><statewright:businessKey value="the order"/></extensionElements></startEvent>'
    deploy(process(keyed + '<userTask id="a"/><sequenceFlow id="f" sourceRef="s" targetRef="a"/>'))
    started = [instances.start("p", None, business_key="B-2"), instances.start("p", None)]
    assert [Instance.objects.get(pk=one).business_key for one in started] == ["B-2", "the order"]


def test_only_who_works_in_processes_sends_messages_and_signals(stranger: AbstractUser, clerk: AbstractUser) -> None:
    (only,) = start_waiting("A")
    for send in (instances.send_message, instances.send_signal):
        with pytest.raises(Forbidden):
            send("paid", stranger)
    assert instances.send_message("paid", clerk) == [only]


def test_a_message_does_not_move_a_suspended_instance(operator: AbstractUser) -> None:
    (only,) = start_waiting("A")
    instances.suspend(only, operator)
    with pytest.raises(CorrelationError):
        instances.send_message("paid", None, key="A")
    assert status_of(only) == "suspended"


def start_two_of_a_branch() -> int:
    fork = (
        '<startEvent id="start"/><parallelGateway id="fork"/><receiveTask id="a" messageRef="m"/>'
        '<receiveTask id="b" messageRef="m"/><sequenceFlow id="f" sourceRef="start" targetRef="fork"/>'
        '<sequenceFlow id="g" sourceRef="fork" targetRef="a"/><sequenceFlow id="h" sourceRef="fork" targetRef="b"/>'
    )
    deploy(process(fork, '<message id="m" name="paid"/>'))
    return instances.start("p", None)


def test_a_message_that_two_steps_of_one_instance_wait_for_moves_neither() -> None:
    start_two_of_a_branch()
    with pytest.raises(CorrelationError):
        instances.send_message("paid", None)
    assert Subscription.objects.count() == 2


def test_a_message_that_two_processes_start_by_starts_neither() -> None:
    deploy(STARTED_BY_MESSAGE)
    deploy(STARTED_BY_MESSAGE.replace('id="p"', 'id="q"'))
    with pytest.raises(CorrelationError):
        instances.send_message("paid", None)
    assert not Instance.objects.exists()


def test_a_message_for_a_business_key_reaches_that_instance_or_starts_one_with_it() -> None:
    deploy(WAITING)
    given = {"order": "A"}
    _, second = (instances.start("p", None, variables=given, business_key=key) for key in ("one", "two"))
    assert instances.send_message("paid", None, business_key="two") == [second]
    deploy(STARTED_BY_MESSAGE.replace('id="p"', 'id="q"').replace('name="paid"', 'name="ordered"'))
    (started,) = instances.send_message("ordered", None, business_key="three")
    assert Instance.objects.get(pk=started).business_key == "three"


def test_a_message_for_a_business_key_is_not_kept() -> None:
    with pytest.raises(Invalid):
        instances.send_message("paid", None, business_key="one", time_to_live=60)
    assert not BufferedMessage.objects.exists()


def test_a_message_that_a_process_throws_twice_under_its_id_is_kept_once() -> None:
    publish = '<zeebe:publishMessage correlationKey="=1" messageId="=&quot;x&quot;" timeToLive="=&quot;PT1H&quot;"/>'
    throw = f"<extensionElements>{publish}</extensionElements>{event('m')}"
    deploy(
        sequence(
            f'<intermediateThrowEvent id="a">{throw}</intermediateThrowEvent>',
            f'<intermediateThrowEvent id="b">{throw}</intermediateThrowEvent>',
            roots='<message id="m" name="paid"/>',
        )
    )
    assert [status_of(instances.start("p", None)) for _ in range(2)] == ["completed", "completed"]
    assert BufferedMessage.objects.count() == 1
