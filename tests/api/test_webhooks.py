"""Webhooks over the API: made and changed, the secret shown once, what was sent, and the same bytes once more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import standardwebhooks
from pytest_django import Settings
from rest_framework.test import APIClient

from engine.models import Outbox, Webhook
from engine.service import breakers, instances, outbox, webhooks
from tests.api.conftest import SignIn
from tests.api.test_access import make_token, with_token
from tests.api.test_api import post, problem_of
from tests.infrastructure.receiver import Receiver, run_receiver
from tests.service.diagrams import PLAIN, deploy

pytestmark = pytest.mark.django_db
HOOKS = "/api/v1/webhooks/"


@pytest.fixture(autouse=True)
def fresh(settings: Settings) -> Iterator[None]:
    settings.OUTGOING_NETWORKS = ["127.0.0.0/8"]
    breakers.forget_all()
    outbox.forget_listeners()
    yield
    breakers.forget_all()
    outbox.forget_listeners()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with run_receiver() as found:
        yield found


def make(client: APIClient, **body: Any) -> dict[str, Any]:
    answer = post(client, "webhooks/", {"url": "https://example.org/hook", **body})
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def deliver() -> None:
    """What is due, as a worker sends it."""
    for sending in webhooks.lease_due(50):
        webhooks.settle([webhooks.send(sending)])


def sendings(client: APIClient, hook: int, **query: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"{HOOKS}{hook}/sendings/", query).json()["results"]
    return found


def test_the_secret_is_in_the_answer_that_makes_it_and_in_no_other(admin: APIClient) -> None:
    made = make(admin, name="billing", kinds=["task.created"])
    assert made["secret"].startswith("whsec_")
    for answer in (admin.get(HOOKS), admin.get(f"{HOOKS}{made['id']}/")):
        assert made["secret"] not in answer.content.decode()
    assert admin.get(f"{HOOKS}{made['id']}/").json() == {
        "id": made["id"], "name": "billing", "url": "https://example.org/hook", "kinds": ["task.created"],
        "process": None, "is_active": True, "reason": "",
    }  # fmt: skip


def test_a_change_changes_what_it_names(admin: APIClient) -> None:
    hook = make(admin, name="billing", kinds=["task.created"])["id"]
    answer = admin.patch(f"{HOOKS}{hook}/", {"is_active": False}, format="json")
    assert (answer.json()["is_active"], answer.json()["name"], answer.json()["kinds"]) == (
        False,
        "billing",
        ["task.created"],
    )
    changed = admin.patch(f"{HOOKS}{hook}/", {"kinds": [], "url": "https://example.org/other"}, format="json").json()
    assert (changed["kinds"], changed["url"], changed["is_active"]) == ([], "https://example.org/other", False)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"url": "ftp://example.org/"}, "webhook-url"),
        ({"url": "http://name:word@example.org/"}, "webhook-url"),
        ({"url": ""}, "request-invalid"),
        ({"url": "https://example.org/" + "x" * 2000}, "request-invalid"),
        ({"kinds": [""]}, "request-invalid"),
        ({"kinds": "task.created"}, "request-invalid"),
        ({"name": 5}, "request-invalid"),
        ({"secret": "mine"}, "request-invalid"),
    ],
)
def test_what_cannot_be_a_webhook_is_refused(admin: APIClient, body: dict[str, Any], code: str) -> None:
    assert problem_of(post(admin, "webhooks/", {"url": "https://example.org/hook", **body})) == (400, code)
    assert not Webhook.objects.exists()


def test_a_webhook_of_one_process_hears_of_that_process(admin: APIClient, receiver: Receiver) -> None:
    deploy(PLAIN)
    deploy(PLAIN.replace('id="p"', 'id="other"'))
    hook = make(admin, url=receiver.url, process="p", kinds=["instance.started"])["id"]
    instances.start("other", None)
    one = instances.start("p", None)
    deliver()
    (sent,) = sendings(admin, hook)
    assert (sent["status"], sent["kind"], sent["attempts"]) == ("sent", "instance.started", 1)
    assert str(one) in receiver.requests[0].body.decode()
    assert problem_of(post(admin, "webhooks/", {"url": "https://example.org/", "process": "none"}))[0] == 404


def test_a_test_event_is_on_its_way_like_any_other(admin: APIClient, receiver: Receiver) -> None:
    made = make(admin, url=receiver.url, kinds=["nothing.else"])
    answer = post(admin, f"webhooks/{made['id']}/test/")
    assert (answer.status_code, answer.json()["kind"], answer.json()["status"]) == (201, "webhook.test", "waiting")
    deliver()
    (request,) = receiver.requests
    assert standardwebhooks.Webhook(made["secret"]).verify(request.body, request.headers)["type"] == "webhook.test"


def test_after_a_rotation_the_new_secret_checks_and_the_old_one_too(admin: APIClient, receiver: Receiver) -> None:
    made = make(admin, url=receiver.url)
    rotated = post(admin, f"webhooks/{made['id']}/secret/").json()["secret"]
    assert rotated != made["secret"]
    post(admin, f"webhooks/{made['id']}/test/")
    deliver()
    (request,) = receiver.requests
    for secret in (made["secret"], rotated):
        standardwebhooks.Webhook(secret).verify(request.body, request.headers)


def test_what_failed_is_listed_with_its_reason_and_sent_again_byte_for_byte(
    admin: APIClient, receiver: Receiver
) -> None:
    hook = make(admin, url=receiver.url)["id"]
    receiver.answer(500)
    post(admin, f"webhooks/{hook}/test/")
    deliver()
    (waiting,) = sendings(admin, hook, status="waiting")
    assert (waiting["attempts"], waiting["error"]) == (1, "The receiver answered 500.")
    again = f"webhooks/{hook}/sendings/{waiting['id']}/again/"
    assert problem_of(post(admin, again)) == (409, "not-settled")
    Outbox.objects.update(available_at=None)  # given up
    assert [one["id"] for one in sendings(admin, hook, status="failed")] == [waiting["id"]]
    receiver.answer(200)
    assert post(admin, again).status_code == 204
    deliver()
    first, second = receiver.requests
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
    assert [one["status"] for one in sendings(admin, hook)] == ["sent"]
    assert post(admin, again).status_code == 204  # also what was taken once


def test_sendings_come_newest_first_a_page_at_a_time(admin: APIClient) -> None:
    hook = make(admin)["id"]
    made = [post(admin, f"webhooks/{hook}/test/").json()["id"] for _ in range(3)]
    page = admin.get(f"{HOOKS}{hook}/sendings/", {"limit": 2}).json()
    rest = admin.get(f"{HOOKS}{hook}/sendings/", {"limit": 2, "cursor": page["next"]}).json()
    assert [one["id"] for one in page["results"] + rest["results"]] == made[::-1]
    assert rest["next"] is None
    assert problem_of(admin.get(f"{HOOKS}{hook}/sendings/", {"status": "lost"})) == (400, "request-invalid")


def test_a_receiver_that_is_gone_is_not_asked_again_until_somebody_says_so(
    admin: APIClient, receiver: Receiver
) -> None:
    hook = make(admin, url=receiver.url)["id"]
    receiver.answer(410)
    post(admin, f"webhooks/{hook}/test/")
    deliver()
    found = admin.get(f"{HOOKS}{hook}/").json()
    assert (found["is_active"], found["reason"]) == (False, "The receiver answered 410.")
    changed = admin.patch(f"{HOOKS}{hook}/", {"is_active": True}, format="json").json()
    assert (changed["is_active"], changed["reason"]) == (True, "")


def test_a_deleted_webhook_is_gone_with_what_was_to_be_sent_to_it(admin: APIClient) -> None:
    hook = make(admin)["id"]
    post(admin, f"webhooks/{hook}/test/")
    assert admin.delete(f"{HOOKS}{hook}/").status_code == 204
    assert problem_of(admin.get(f"{HOOKS}{hook}/")) == (404, "webhook-not-found")
    assert not Outbox.objects.exists()


def test_a_webhook_for_every_process_is_for_administrators(sign_in_as: SignIn) -> None:
    operator = sign_in_as("op", "operators")
    assert problem_of(post(operator, "webhooks/", {"url": "https://example.org/"})) == (403, "not-allowed")


def test_a_sending_is_found_under_its_own_webhook_only(admin: APIClient) -> None:
    one, other = make(admin)["id"], make(admin)["id"]
    sending = post(admin, f"webhooks/{one}/test/").json()["id"]
    Outbox.objects.update(available_at=None, sent_at=datetime.now(UTC) - timedelta(hours=1))
    assert problem_of(post(admin, f"webhooks/{other}/sendings/{sending}/again/")) == (409, "not-settled")
    assert sendings(admin, other) == []


def test_a_token_needs_its_scope(admin: APIClient) -> None:
    reader = with_token(make_token(admin, "read")["secret"])
    assert reader.get(HOOKS).status_code == 200
    assert post(reader, "webhooks/", {"url": "https://example.org/"}).status_code == 403
    operator = with_token(make_token(admin, "operate")["secret"])
    assert post(operator, "webhooks/", {"url": "https://example.org/"}).status_code == 201
