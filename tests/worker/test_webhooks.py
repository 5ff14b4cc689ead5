"""Events on their way to webhooks: written with what they tell, signed, in order, tried again, never doubled."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import standardwebhooks
from django.conf import settings as site
from django.contrib.auth.models import User
from django.db import OperationalError
from pytest_django import Settings

from engine.models import Breaker, Incident, Instance, Outbox, Process, Webhook, WorkItem
from engine.service import breakers, instances, items, jobs, outbox, versions, webhooks
from engine.service.errors import Conflict, Forbidden, Invalid, NotFound
from engine.store import open_store
from engine.worker import pool
from engine.worker.sending import Postman
from tests.faults.driver import wait_until
from tests.infrastructure.receiver import Receiver, run_receiver
from tests.runtime.conftest import Deploy
from tests.runtime.diagrams import message, service, simple, throw, user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def fresh(settings: Settings) -> Iterator[None]:
    settings.OUTGOING_NETWORKS = ["127.0.0.0/8"]
    for module in (versions, breakers):
        module.forget_all()
    outbox.forget_listeners()
    yield
    for module in (versions, breakers):
        module.forget_all()
    outbox.forget_listeners()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with run_receiver() as found:
        yield found


@pytest.fixture
def approval(deployed: Deploy) -> None:
    deployed(simple("approval", ("check", user("check", group="managers"))))


def send_all() -> int:
    """Everything that is due, round by round, as a worker does."""
    postman, total = Postman(4), 0
    while taken := postman.take():
        total += taken
        assert postman.wait(20)
    return total


def make_due() -> None:
    Outbox.objects.exclude(available_at=None).update(available_at=datetime(2020, 1, 1, tzinfo=UTC))
    Breaker.objects.update(open_until=datetime(2020, 1, 1, tzinfo=UTC))


def kinds_of() -> list[str]:
    return list(Outbox.objects.order_by("id").values_list("kind", flat=True))


def test_nothing_is_written_where_nobody_listens(approval: None) -> None:
    instances.start("approval", None)
    assert not Outbox.objects.exists()


def test_what_happens_to_an_instance_is_sent_in_its_order(approval: None, receiver: Receiver) -> None:
    webhooks.create_webhook(None, url=receiver.url)
    one = instances.start("approval", None, business_key="A-1")
    items.complete(WorkItem.objects.get().pk, None, {"ok": True})
    assert send_all() == 4
    bodies = [json.loads(request.body) for request in receiver.requests]
    assert [body["type"] for body in bodies] == ["instance.started", "task.created", "task.completed", "instance.ended"]
    assert {body["data"]["instance"] for body in bodies} == {str(one)}
    assert {body["data"]["businessKey"] for body in bodies} == {"A-1"}
    assert bodies[-1]["data"]["status"] == "completed"
    assert (bodies[0]["specversion"], bodies[0]["subject"]) == ("1.0", f"instances/{one}")
    assert len({body["id"] for body in bodies}) == 4
    assert not Outbox.objects.filter(sent_at=None).exists()


def test_a_request_is_signed_so_that_the_receiver_can_check_it(approval: None, receiver: Receiver) -> None:
    hook = webhooks.create_webhook(None, url=receiver.url, kinds=["instance.started"])
    instances.start("approval", None)
    send_all()
    (request,) = receiver.requests
    checker = standardwebhooks.Webhook(webhooks.read_secret(None, hook.pk))
    assert checker.verify(request.body, request.headers)["type"] == "instance.started"
    assert request.headers["webhook-id"] == json.loads(request.body)["id"]
    with pytest.raises(standardwebhooks.webhooks.WebhookVerificationError):
        checker.verify(request.body + b" ", request.headers)


def test_after_a_rotation_both_secrets_sign_for_a_day(approval: None, receiver: Receiver) -> None:
    hook = webhooks.create_webhook(None, url=receiver.url, kinds=["instance.started"])
    before = webhooks.read_secret(None, hook.pk)
    after = webhooks.rotate_secret(None, hook.pk)
    assert before != after
    instances.start("approval", None)
    send_all()
    for secret in (before, after):
        standardwebhooks.Webhook(secret).verify(receiver.requests[0].body, receiver.requests[0].headers)
    Webhook.objects.update(rotated_at=datetime.now(UTC) - timedelta(days=2))
    instances.start("approval", None)
    send_all()
    with pytest.raises(standardwebhooks.webhooks.WebhookVerificationError):
        standardwebhooks.Webhook(before).verify(receiver.requests[1].body, receiver.requests[1].headers)


def test_no_table_holds_the_secret(approval: None) -> None:
    hook = webhooks.create_webhook(None, url="https://example.org/")
    stored = json.dumps(list(Webhook.objects.values()), default=str)
    assert webhooks.read_secret(None, hook.pk).removeprefix("whsec_") not in stored


def test_the_bytes_and_the_id_are_the_same_at_every_attempt(approval: None, receiver: Receiver) -> None:
    webhooks.create_webhook(None, url=receiver.url, kinds=["instance.started"])
    receiver.answers = [(500, b"", {}), (503, b"", {}), (200, b"", {})]
    instances.start("approval", None)
    for _ in range(3):
        assert send_all() == 1
        make_due()
    assert send_all() == 0
    assert len({request.body for request in receiver.requests}) == 1
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1
    assert Outbox.objects.get().attempts == 3


def test_a_later_event_waits_for_an_earlier_one_of_its_instance(approval: None, receiver: Receiver) -> None:
    webhooks.create_webhook(None, url=receiver.url, kinds=["instance.*"])
    receiver.answers = [(500, b"", {}), (200, b"", {})]
    one = instances.start("approval", None)
    instances.cancel(one, None)
    assert send_all() == 1  # the start, in vain; the end is not even tried
    make_due()
    assert send_all() == 2
    kinds = [json.loads(request.body)["type"] for request in receiver.requests]
    assert kinds == ["instance.started", "instance.started", "instance.ended"]


def test_an_event_that_nobody_takes_is_given_up_and_can_be_sent_again(
    approval: None, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "PAUSES", (1.0,))
    hook = webhooks.create_webhook(None, url=receiver.url, kinds=["instance.started"])
    receiver.answer(500)
    instances.start("approval", None)
    send_all()
    make_due()
    send_all()
    (row,) = webhooks.list_sendings(None, hook.pk, status="failed")
    assert "500" in row.error
    assert webhooks.list_webhooks(None)[0].failed == 1  # type: ignore[attr-defined]
    receiver.answer(204)
    webhooks.send_again(None, hook.pk, row.pk)
    assert send_all() == 1
    assert webhooks.status_of(Outbox.objects.get()) == "sent"
    assert len({request.body for request in receiver.requests}) == 1


def test_all_that_were_given_up_can_be_sent_again_at_once(
    approval: None, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "PAUSES", ())
    hook = webhooks.create_webhook(None, url=receiver.url, kinds=["instance.started"])
    receiver.answer(500)
    for _ in range(3):
        instances.start("approval", None)
    send_all()
    receiver.answer(200)
    assert webhooks.send_failed_again(None, hook.pk) == 3
    breakers.forget_all()
    assert send_all() == 3


def test_a_receiver_that_is_gone_is_switched_off(approval: None, receiver: Receiver) -> None:
    webhooks.create_webhook(None, url=receiver.url)
    receiver.answer(410)
    instances.start("approval", None)
    send_all()
    hook = Webhook.objects.get()
    assert not hook.is_active
    assert "410" in hook.reason
    before = Outbox.objects.count()
    instances.start("approval", None)
    assert Outbox.objects.count() == before


def test_a_receiver_that_fails_again_and_again_rests(approval: None, receiver: Receiver) -> None:
    webhooks.create_webhook(None, url=receiver.url, kinds=["instance.started"])
    receiver.answer(500)
    for _ in range(12):
        instances.start("approval", None)
    postman = Postman(1)
    for _ in range(8):
        postman.take(1)
        assert postman.wait(20)
    assert len(receiver.requests) == breakers.MOST_FAILURES
    assert Breaker.objects.get().type == webhooks.breaker_of(Webhook.objects.get().pk)


def test_a_receiver_that_takes_long_holds_up_no_other(
    approval: None, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "ASIDE_SECONDS", 0.0)
    let_go = threading.Event()
    sent = webhooks.send
    monkeypatch.setattr(webhooks, "send", lambda one: let_go.wait(60) and sent(one) if "late" in one.url else sent(one))
    webhooks.create_webhook(None, url=f"{receiver.url}/late", kinds=["instance.started"])
    postman = Postman(2)
    instances.start("approval", None)
    instances.start("approval", None)
    assert postman.take() == 2
    wait_until(lambda: postman.pool.free() == 2, "that both stand aside")
    webhooks.create_webhook(None, url=f"{receiver.url}/quick", kinds=["instance.started"])
    outbox.forget_listeners()
    instances.start("approval", None)
    assert postman.take() == 1
    wait_until(lambda: [one.path for one in receiver.requests] == ["/quick"], "the quick one")
    let_go.set()
    wait_until(lambda: postman.take() == 0 and len(receiver.requests) == 4, "the late ones")
    assert postman.wait(20)


def test_an_event_is_not_there_when_its_unit_is_rolled_back(approval: None, monkeypatch: pytest.MonkeyPatch) -> None:
    webhooks.create_webhook(None, url="https://example.org/")
    monkeypatch.setattr(
        type(open_store()), "write", lambda self, batch, meanwhile: (_ for _ in ()).throw(OperationalError())
    )
    with pytest.raises(OperationalError):
        instances.start("approval", None)
    assert not Outbox.objects.exists()


def test_messages_that_a_process_throws_are_events(deployed: Deploy, receiver: Receiver) -> None:
    deployed(simple("teller", ("tell", throw("tell", "message", "told"))), roots=message("told"))
    webhooks.create_webhook(None, url=receiver.url, kinds=["message.*"])
    instances.start("teller", None, variables={"a": 1})
    send_all()
    body = json.loads(receiver.requests[0].body)
    assert (body["type"], body["data"]["name"], body["data"]["node"]) == ("message.sent", "told", "tell")


def test_incidents_are_events_and_so_is_their_end(deployed: Deploy) -> None:
    deployed(simple("pays", ("pay", service("pay", "charge", retries=1))))
    webhooks.create_webhook(None, url="https://example.org/", kinds=["incident.*"])
    instances.start("pays", None)
    (job,) = jobs.lease(["charge"], "me", seconds=60)
    jobs.fail(job.id, "me", "no")
    instances.retry_incident(Incident.objects.get().pk, None)
    assert kinds_of() == ["incident.opened", "incident.resolved"]


def test_a_webhook_hears_only_of_its_own_process_and_kinds(deployed: Deploy) -> None:
    deployed(simple("one", ("a", user("a"))), simple("two", ("b", user("b"))))
    webhooks.create_webhook(None, url="https://example.org/", kinds=["task.*"], process=Process.objects.get(key="two"))
    instances.start("one", None)
    instances.start("two", None)
    assert kinds_of() == ["task.created"]


def test_only_who_may_operate_the_process_sees_a_webhook(
    approval: None,
    make_user: Callable[..., User],
) -> None:
    operator, clerk, admin = (
        make_user("o", "operators"),
        make_user("c", "participants"),
        make_user("a", "administrators"),
    )
    process = Process.objects.get()
    hook = webhooks.create_webhook(operator, url="https://example.org/", process=process)
    everyone = webhooks.create_webhook(admin, url="https://example.org/")
    with pytest.raises(Forbidden):
        webhooks.create_webhook(operator, url="https://example.org/")
    for person, number in ((clerk, hook.pk), (operator, everyone.pk)):
        with pytest.raises(NotFound):
            webhooks.read_secret(person, number)
    assert [row.pk for row in webhooks.list_webhooks(operator)] == [hook.pk]
    assert webhooks.list_webhooks(clerk) == []
    assert len(webhooks.list_webhooks(admin)) == 2


def test_an_address_that_cannot_be_one_is_refused(approval: None) -> None:
    with pytest.raises(Invalid):
        webhooks.create_webhook(None, url="file:///etc/passwd")


def test_an_address_inside_is_never_asked(approval: None, receiver: Receiver, settings: Settings) -> None:
    settings.OUTGOING_NETWORKS = []
    webhooks.create_webhook(None, url=receiver.url, kinds=["instance.started"])
    instances.start("approval", None)
    send_all()
    assert receiver.requests == []
    assert "inside" in Outbox.objects.get().error


def test_a_test_event_goes_the_same_way(approval: None, receiver: Receiver) -> None:
    hook = webhooks.create_webhook(None, url=receiver.url, kinds=["incident.*"], name="Alerts")
    webhooks.send_test(None, hook.pk)
    assert send_all() == 1
    assert json.loads(receiver.requests[0].body)["type"] == "webhook.test"


def test_what_is_on_its_way_cannot_be_sent_again(approval: None) -> None:
    hook = webhooks.create_webhook(None, url="https://example.org/")
    instances.start("approval", None)
    row = Outbox.objects.first()
    assert row is not None
    with pytest.raises(Conflict):
        webhooks.send_again(None, hook.pk, row.pk)


def test_sent_events_are_dropped_after_a_while_and_failed_ones_are_kept(approval: None, receiver: Receiver) -> None:
    webhooks.create_webhook(None, url=receiver.url, kinds=["instance.started"])
    for _ in range(2):
        instances.start("approval", None)
    send_all()
    long_ago = datetime.now(UTC) - timedelta(days=site.OUTBOX_DAYS + 1)
    first = Outbox.objects.order_by("id").first()
    assert first is not None
    Outbox.objects.filter(pk=first.pk).update(sent_at=long_ago)
    Outbox.objects.exclude(pk=first.pk).update(sent_at=None, created_at=long_ago)
    assert webhooks.drop_old() == 1
    assert Outbox.objects.count() == 1


def test_deleting_a_webhook_takes_its_events_along(approval: None) -> None:
    hook = webhooks.create_webhook(None, url="https://example.org/")
    one = instances.start("approval", None)
    webhooks.delete_webhook(None, hook.pk)
    instances.cancel(one, None)
    assert not Outbox.objects.exists()
    assert Instance.objects.get().status == Instance.Status.CANCELLED
