"""Pages of what events mean: mappings are written, tried on an event without doing anything, changed and deleted."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from api.events import mappings
from api.events.reading import read_structured
from api.models import EventMapping, UnmatchedEvent
from engine.models import Instance
from tests.service.diagrams import PLAIN, deploy, make_person

pytestmark = pytest.mark.django_db
EVENT = {"specversion": "1.0", "id": "7", "source": "/shop", "type": "shop.paid", "subject": "A", "data": {"sum": 5}}
FORM = {
    "name": "paid orders", "condition": 'type = "shop.paid" and data.sum > 1', "action": "start", "target": "p",
    "key": "subject", "variables": "{amount: data.sum}", "time_to_live": "0", "is_enabled": "on",
}  # fmt: skip


def enter(client: Client, *groups: str) -> Client:
    client.force_login(make_person("the-person", *groups), backend="engine.demo.accounts.SignInBackend")
    return client


@pytest.fixture
def modeler(client: Client) -> Client:
    return enter(client, "modelers")


def tried(client: Client, what: Any = EVENT, **changes: str) -> str:
    answer = client.post("/events/try/", {**FORM, "event": json.dumps(what)} | changes)
    assert answer.status_code == 200
    return answer.content.decode()


def test_without_mappings_the_page_says_what_one_is(modeler: Client) -> None:
    assert "No event means anything yet" in modeler.get("/events/").content.decode()


def test_a_mapping_is_made_shown_changed_and_deleted(modeler: Client) -> None:
    assert modeler.post("/events/new/", FORM).status_code == 302
    row = EventMapping.objects.get()
    assert (row.name, row.time_to_live, row.is_enabled) == ("paid orders", 0.0, True)
    assert "paid orders" in modeler.get("/events/").content.decode()
    changed = {**FORM, "action": "message", "time_to_live": "60"}
    del changed["is_enabled"]
    modeler.post(f"/events/{row.pk}/", changed)
    row.refresh_from_db()
    assert (row.action, row.time_to_live, row.is_enabled) == ("message", 60.0, False)
    modeler.post(f"/events/{row.pk}/delete/")
    assert not EventMapping.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": ""}, "may not be blank"),
        ({"time_to_live": "soon"}, "A number is expected."),
        ({"time_to_live": "nan"}, "A number is expected."),
        ({"action": "explode"}, "is not a valid choice"),
        ({"condition": "type ="}, "is no expression"),
        ({"name": "n\0ul"}, "Null characters are not allowed."),
    ],
)
def test_what_cannot_be_meant_is_said_at_its_place_and_what_was_typed_stays(
    modeler: Client, changes: dict[str, str], words: str
) -> None:
    answer = modeler.post("/events/new/", {**FORM, **changes})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert words in page
    assert "data.sum &gt; 1" in page or "condition" in changes
    assert not EventMapping.objects.exists()


def test_a_second_mapping_of_the_same_name_is_refused(modeler: Client) -> None:
    modeler.post("/events/new/", FORM)
    assert "There is a mapping “paid orders” already." in modeler.post("/events/new/", FORM).content.decode()


def test_a_trial_says_what_would_happen_and_does_nothing(modeler: Client) -> None:
    deploy(PLAIN)
    page = tried(modeler)
    assert "It would start “p”." in page
    assert "Its key is “A”." in page
    assert "&quot;amount&quot;: 5" in page
    assert not Instance.objects.exists()
    assert not UnmatchedEvent.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"condition": "data.sum > 100"}, "The mapping is not for this event."),
        ({"condition": "type ="}, "field-error"),
        ({"condition": "nothing"}, "field-error"),
        ({"key": "null"}, "the key has no value."),
        ({"target": ""}, "Name the process, the message or the signal."),
        ({"action": "signal"}, "It would be the signal “p”."),
        ({"action": "message"}, "It would be the message “p”."),
        ({"event": "{"}, "The text is no JSON"),
        ({"event": '{"specversion": "1.0"}'}, "needs “id”"),
        ({"time_to_live": "soon"}, "It would start"),
    ],
)
def test_a_trial_says_why_nothing_would_happen(modeler: Client, changes: dict[str, str], words: str) -> None:
    assert words in tried(modeler, **changes)


def test_what_stands_in_an_event_is_shown_as_text(modeler: Client) -> None:
    page = tried(modeler, EVENT | {"data": {"sum": 5, "note": "<script>"}}, variables="")
    assert "&lt;script&gt;" in page
    assert "<script>" not in page


def test_an_event_that_meant_nothing_becomes_a_mapping(client: Client) -> None:
    both = enter(client, "modelers", "operators", "participants")
    mappings.receive(make_person("sender", "participants"), read_structured(EVENT, "The event"), EVENT)
    event = UnmatchedEvent.objects.get().pk
    assert f"/events/new/?event={event}" in both.get("/operations/").content.decode()
    page = both.get(f"/events/new/?event={event}").content.decode()
    assert "type = &quot;shop.paid&quot;" in page
    assert "&quot;sum&quot;: 5" in page
    deploy(PLAIN)
    saved = both.post("/events/new/", {**FORM, "number": str(event)})
    assert saved["Location"] == "/operations/#unmatched"
    both.post(f"/operations/events/{event}/", {"do": "retry"})
    assert Instance.objects.get().business_key == "A"


def test_who_may_draw_but_not_operate_sees_no_event_of_others(modeler: Client) -> None:
    mappings.receive(make_person("sender", "participants"), read_structured(EVENT, "The event"), EVENT)
    answer = modeler.get(f"/events/new/?event={UnmatchedEvent.objects.get().pk}")
    assert (answer.status_code, b"shop.paid" in answer.content) == (403, False)


@pytest.mark.parametrize("groups", [(), ("participants",), ("operators",)])
def test_who_may_not_draw_reads_and_writes_no_mapping(client: Client, groups: tuple[str, ...]) -> None:
    row = EventMapping.objects.create(
        name="ours", condition="true", action="signal", target="s", created_at="2030-01-01T00:00:00Z"
    )
    enter(client, *groups)
    answers = [client.get(f"/events/{place}") for place in ("", "new/", f"{row.pk}/", "999/")]
    answers += [client.post(f"/events/{place}", FORM) for place in ("new/", "try/", f"{row.pk}/", f"{row.pk}/delete/")]
    assert [answer.status_code for answer in answers] == [403] * 4 + [302] * 4  # sent back with the words
    assert list(EventMapping.objects.values_list("name", flat=True)) == ["ours"]
