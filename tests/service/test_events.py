"""Events of state machines: what is allowed now, what an illegal one is told, who may send."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AbstractUser

from engine.core.parse.states_bpmn import write_states
from engine.core.parse.states_json import read_states
from engine.models import Instance
from engine.service import drafts, events, instances
from engine.service.errors import Conflict, Forbidden, NotFound
from tests.service.diagrams import deploy, make_person, status_of

pytestmark = pytest.mark.django_db

ORDER: dict[str, Any] = {
    "name": "Order",
    "initial": "draft",
    "states": [{"id": "draft", "name": "Draft"}, {"id": "review", "name": "In review"}],
    "transitions": [
        {"from": "draft", "event": "submit", "to": "review"},
        {"from": "draft", "event": "cancel", "to": "cancelled"},
        {"from": "review", "event": "approve", "to": "done"},
        {"from": "review", "event": "reject", "to": "draft"},
    ],
}


def start_order() -> int:
    deploy(write_states(read_states(ORDER)))
    return instances.start("order", None)


def names(instance: int) -> list[str]:
    return [event.name for event in events.list_events(None, instance)]


def test_events_allowed_now_follow_the_state() -> None:
    order = start_order()
    assert names(order) == ["submit", "cancel"]
    events.send_event(None, order, "submit", {"amount": 4})
    assert names(order) == ["approve", "reject"]
    assert Instance.objects.get(pk=order).variables == {"amount": 4}
    events.send_event(None, order, "approve")
    assert (status_of(order), names(order)) == ("completed", [])


def test_event_says_where_it_is_taken_and_where_it_leads() -> None:
    order = start_order()
    submit = events.list_events(None, order)[0]
    assert (submit.place, submit.node, submit.target) == ("Draft", "draft_submit", "draft_submit")


def test_illegal_event_is_refused_with_the_allowed_ones_named() -> None:
    order = start_order()
    with pytest.raises(Conflict) as refused:
        events.send_event(None, order, "approve")
    assert refused.value.message == "“approve” is not possible in “Draft”. Possible now: cancel, submit."
    assert names(order) == ["submit", "cancel"]


def test_two_instances_of_one_machine_take_their_own_events() -> None:
    first = start_order()
    second = instances.start("order", None)
    events.send_event(None, second, "submit")
    assert (names(first), names(second)) == (["submit", "cancel"], ["approve", "reject"])


def test_ended_or_suspended_instance_takes_no_event() -> None:
    order = start_order()
    instances.suspend(order, None)
    with pytest.raises(Conflict, match="not running"):
        events.send_event(None, order, "submit")
    instances.resume(order, None)
    events.send_event(None, order, "cancel")
    with pytest.raises(Conflict, match="not running"):
        events.send_event(None, order, "submit")


def test_who_only_sees_the_instance_may_not_send_and_who_does_not_see_it_finds_nothing(
    modeler: AbstractUser, stranger: AbstractUser, operator: AbstractUser
) -> None:
    order = start_order()
    with pytest.raises(Forbidden):
        events.send_event(modeler, order, "submit")
    with pytest.raises(NotFound):
        events.send_event(stranger, order, "submit")
    with pytest.raises(NotFound):
        events.list_events(stranger, order)
    events.send_event(operator, order, "submit")
    assert names(order) == ["approve", "reject"]


def test_draft_is_made_from_states_under_an_id_of_its_own(modeler: AbstractUser) -> None:
    first, second = drafts.create_from_states(modeler, ORDER), drafts.create_from_states(modeler, ORDER)
    assert (first.key, second.key, first.name) == ("order", "order-2", "Order")
    assert 'id="order-2"' in second.xml
    assert "BPMNShape" in second.xml


def test_who_may_not_edit_makes_no_draft_from_states() -> None:
    with pytest.raises(Forbidden):
        drafts.create_from_states(make_person("clerk", "participants"), ORDER)
