"""The page of operations: events that meant nothing are seen, tried again, and put aside."""

from __future__ import annotations

import pytest
from django.test import Client

from api.events import mappings
from api.events.reading import read_structured
from api.models import EventMapping, UnmatchedEvent
from engine.models import Instance
from engine.service import instances
from tests.service.diagrams import LATE, PLAIN, deploy, make_person

pytestmark = pytest.mark.django_db
EVENT = {
    "specversion": "1.0", "id": "7", "source": "/shop", "type": "shop.paid", "subject": "A", "data": {"note": "<b>&"}
}  # fmt: skip


@pytest.fixture
def event() -> int:
    mappings.receive(make_person("sender", "participants"), read_structured(EVENT, "The event"), EVENT)
    return UnmatchedEvent.objects.get().pk


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(
        make_person("operator", "operators", "participants"), backend="engine.demo.accounts.SignInBackend"
    )
    return client


def read(client: Client) -> str:
    return client.get("/operations/", follow=True).content.decode()


def test_an_event_that_meant_nothing_is_shown_with_its_reason_and_content(operator: Client, event: int) -> None:
    page = read(operator)
    assert "No mapping is for this event." in page
    assert "&lt;b&gt;&amp;" in page
    assert "<b>&" not in page


def test_an_event_that_means_something_now_is_tried_again(operator: Client, event: int) -> None:
    answer = operator.post(f"/operations/events/{event}/", {"do": "retry"}, follow=True)
    assert "No mapping is for this event." in answer.content.decode()
    deploy(PLAIN)
    EventMapping.objects.create(
        name="paid", condition="true", action="start", target="p", created_at=UnmatchedEvent.objects.get().received_at
    )
    answer = operator.post(f"/operations/events/{event}/", {"do": "retry"}, follow=True)
    assert "The event has done its work now." in answer.content.decode()
    assert "shop.paid" not in read(operator)
    assert Instance.objects.count() == 1


def test_an_event_that_nobody_needs_is_put_aside(operator: Client, event: int) -> None:
    operator.post(f"/operations/events/{event}/", {"do": "dismiss"})
    assert "shop.paid" not in read(operator)
    assert UnmatchedEvent.objects.get().handled_at is not None


def test_who_may_not_operate_neither_sees_nor_touches_it(client: Client, event: int) -> None:
    client.force_login(make_person("clerk", "participants"), backend="engine.demo.accounts.SignInBackend")
    assert client.get("/operations/").status_code == 403
    client.post(f"/operations/events/{event}/", {"do": "dismiss"})
    assert UnmatchedEvent.objects.get().handled_at is None


def test_a_timer_names_the_instance_that_waits_for_it(operator: Client) -> None:
    deploy(LATE)
    named, other = instances.start("p", None, business_key="ORDER-7"), instances.start("p", None)
    page = read(operator)
    assert f'href="/instances/{named}/">ORDER-7</a>' in page
    assert f'href="/instances/{other}/">{other}</a>' in page
