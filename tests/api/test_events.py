"""CloudEvents in: three ways to send them, what mappings make of them, each once, and none lost."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from cloudevents.core.v1.event import CloudEvent
from django.utils.timezone import now
from rest_framework.test import APIClient

from api.models import EventMapping, UnmatchedEvent
from engine.models import BufferedMessage, InboundEvent, Instance
from engine.push.signals import chores_due
from engine.service import instances, work
from tests.api.conftest import SignIn
from tests.api.test_api import post, problem_of
from tests.service.diagrams import PLAIN, SIGNALLED, WAITING, deploy, status_of

pytestmark = pytest.mark.django_db
STRUCTURED, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
PAID = {"specversion": "1.0", "id": "1", "source": "/shop", "type": "shop.paid", "subject": "A", "data": {"amount": 5}}
ON_PAID = {
    "name": "paid", "condition": 'type = "shop.paid" and data.amount > 0', "action": "message", "target": "paid",
    "key": "subject", "variables": "{paid: data.amount}",
}  # fmt: skip


def send(client: APIClient, body: Any, kind: str = STRUCTURED) -> Any:
    return client.post("/api/v1/events/", json.dumps(body), content_type=kind)


def declare(client: APIClient, **mapping: Any) -> None:
    answer = post(client, "event-mappings/", mapping)
    assert answer.status_code == 201, answer.content


def taken(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [one["status"] for one in answer.json()["events"]]


def wait_for_payment() -> int:
    deploy(WAITING)
    return instances.start("p", None, variables={"order": "A"})


def test_an_event_correlates_by_its_mapping(admin: APIClient) -> None:
    instance = wait_for_payment()
    declare(admin, **ON_PAID)
    answer = send(admin, PAID)
    assert (taken(answer), answer.json()["events"][0]["instances"]) == (["done"], [str(instance)])
    assert status_of(instance) == "completed"
    assert Instance.objects.get().variables["paid"] == 5


def test_an_event_starts_a_process_and_another_signals(admin: APIClient) -> None:
    deploy(PLAIN)
    deploy(SIGNALLED.replace('id="p"', 'id="signalled"'))
    waiting = instances.start("signalled", None)
    declare(admin, name="s", condition='type = "start"', action="start", target="p", key='"K-" + subject')
    declare(admin, name="o", condition='type = "open"', action="signal", target="opened")
    started = send(admin, PAID | {"type": "start"}).json()["events"][0]["instances"]
    row = Instance.objects.get(pk=started[0])
    assert (row.business_key, row.variables) == ("K-A", {"amount": 5})
    assert taken(send(admin, PAID | {"type": "open", "id": "2"})) == ["done"]
    assert status_of(waiting) == "completed"


def test_the_same_source_and_id_counts_once_and_another_source_is_another_event(admin: APIClient) -> None:
    deploy(PLAIN)
    declare(admin, name="s", condition="true", action="start", target="p")
    assert [taken(send(admin, event)) for event in (PAID, PAID, PAID | {"source": "/other"})] == [
        ["done"], ["known"], ["done"],
    ]  # fmt: skip
    assert Instance.objects.count() == 2


def test_the_specifications_own_library_sends_all_three_ways(admin: APIClient) -> None:
    deploy(PLAIN)
    declare(admin, name="s", condition="true", action="start", target="p")
    for number, write in enumerate((to_structured_event, to_binary_event)):
        attributes = {"id": f"lib-{number}", "source": "/lib", "type": "t", "datacontenttype": "application/json"}
        message = write(CloudEvent(attributes, {"n": number}))
        headers = {name: str(value) for name, value in message.headers.items()}
        kind = next(value for name, value in headers.items() if name.lower() == "content-type")
        rest = {name: value for name, value in headers.items() if name.lower() != "content-type"}
        assert taken(admin.generic("POST", "/api/v1/events/", message.body, content_type=kind, headers=rest)) == [
            "done"
        ]
    batch = [PAID | {"id": "b1"}, PAID | {"id": "b2"}, PAID | {"id": "b1"}]
    assert taken(send(admin, batch, BATCH)) == ["done", "done", "known"]
    assert sorted(row.variables.get("n", -1) for row in Instance.objects.all()) == [-1, -1, 0, 1]


def test_an_event_that_means_nothing_is_kept_and_can_be_tried_again(admin: APIClient) -> None:
    assert taken(send(admin, PAID)) == ["unmatched"]
    (kept,) = admin.get("/api/v1/unmatched-events/").json()["results"]
    assert (kept["event"]["id"], kept["reason"]) == ("1", "No mapping is for this event.")
    address = f"unmatched-events/{kept['id']}/retry/"
    assert problem_of(post(admin, address)) == (409, "still-unmatched")
    deploy(PLAIN)
    declare(admin, name="s", condition="true", action="start", target="p")
    assert taken(post(admin, address)) == ["done"]
    assert problem_of(post(admin, address)) == (404, "event-not-found")
    assert admin.get("/api/v1/unmatched-events/").json()["results"] == []
    assert Instance.objects.count() == 1


def test_an_event_for_which_nothing_waits_says_so(admin: APIClient) -> None:
    declare(admin, **ON_PAID)
    answer = send(admin, PAID)
    assert (taken(answer), "Nothing waits" in answer.json()["events"][0]["reasons"][0]) == (["unmatched"], True)
    assert "Nothing waits" in UnmatchedEvent.objects.get().reason


def test_an_event_that_comes_early_is_kept_until_somebody_waits_for_it(admin: APIClient) -> None:
    declare(admin, **ON_PAID, time_to_live=3600)
    assert taken(send(admin, PAID)) == ["kept"]
    assert taken(send(admin, PAID)) == ["known"]
    assert status_of(wait_for_payment()) == "completed"
    assert admin.get("/api/v1/unmatched-events/").json()["results"] == []


def test_an_event_that_is_kept_in_vain_is_unmatched_in_the_end(admin: APIClient) -> None:
    declare(admin, **ON_PAID, time_to_live=3600)
    send(admin, PAID)
    work.sweep()
    assert admin.get("/api/v1/unmatched-events/").json()["results"] == []
    BufferedMessage.objects.update(expires_at=now())
    work.sweep()
    (kept,) = admin.get("/api/v1/unmatched-events/").json()["results"]
    assert (kept["event"]["id"], kept["reason"]) == ("1", "Nothing waited for it while it was kept.")
    instance = wait_for_payment()
    assert taken(post(admin, f"unmatched-events/{kept['id']}/retry/")) == ["done"]
    assert status_of(instance) == "completed"


def test_an_event_that_is_tried_again_is_not_kept_once_more(admin: APIClient) -> None:
    send(admin, PAID)
    declare(admin, **ON_PAID, time_to_live=3600)
    (kept,) = admin.get("/api/v1/unmatched-events/").json()["results"]
    assert problem_of(post(admin, f"unmatched-events/{kept['id']}/retry/")) == (409, "still-unmatched")
    assert not BufferedMessage.objects.exists()


def test_an_event_whose_message_was_taken_is_forgotten_after_a_while(admin: APIClient) -> None:
    declare(admin, **ON_PAID, time_to_live=3600)
    send(admin, PAID)
    wait_for_payment()
    chores_due.send(sender=None)
    assert UnmatchedEvent.objects.exists()
    UnmatchedEvent.objects.update(kept_until=now() - timedelta(days=2))
    chores_due.send(sender=None)
    assert not UnmatchedEvent.objects.exists()


def test_what_the_sender_may_not_start_is_not_started(admin: APIClient, sign_in_as: SignIn) -> None:
    deploy(PLAIN)
    declare(admin, name="s", condition="true", action="start", target="p")
    assert problem_of(send(sign_in_as("nobody"), PAID)) == (403, "not-allowed")
    assert not InboundEvent.objects.exists()
    assert not Instance.objects.exists()


def test_a_mapping_that_is_no_expression_is_refused(admin: APIClient) -> None:
    body = ON_PAID | {"condition": "type ="}
    assert problem_of(post(admin, "event-mappings/", body)) == (400, "expression-invalid")
    assert not EventMapping.objects.exists()


@pytest.mark.parametrize(
    "event",
    [
        [], "text", None, {}, PAID | {"specversion": "0.3"}, PAID | {"id": ""}, PAID | {"id": 1}, PAID | {"Upper": "x"},
        PAID | {"time": "yesterday"}, PAID | {"data_base64": "%"}, PAID | {"source": "x" * 2000}, PAID | {"ext": [1]},
    ],
)  # fmt: skip
def test_what_is_no_event_is_refused(admin: APIClient, event: Any) -> None:
    assert problem_of(send(admin, event)) == (400, "event-invalid")
    assert not UnmatchedEvent.objects.exists()


@pytest.mark.parametrize("body", [b"{", b"\xff", b'{"a": NaN}', b"[" * 100_000, b'"\\ud800"'])
@pytest.mark.parametrize("kind", [STRUCTURED, BATCH, "application/cloudevents+avro", "application/json", ""])
def test_a_hostile_event_is_refused(admin: APIClient, body: bytes, kind: str) -> None:
    answer = admin.generic("POST", "/api/v1/events/", body, content_type=kind)
    assert problem_of(answer) == (400, "event-invalid")
