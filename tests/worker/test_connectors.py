"""Tasks that need no code: requests, mail, events and mapping, run as a worker runs them."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest
from django.core import mail
from pytest_django import Settings

from engine.models import Breaker, Incident, Instance, Job, Outbox, Step
from engine.models.logs import encode_log
from engine.service import breakers, instances, outbox, versions, webhooks
from engine.worker import running
from engine.worker.connectors import CONNECTORS
from engine.worker.connectors.page import make_page
from tests.infrastructure.receiver import Receiver, run_receiver
from tests.runtime.conftest import Deploy
from tests.runtime.diagrams import boundary, end, line, make_process, service, simple, start

pytestmark = pytest.mark.django_db(transaction=True)

CATCH = '<error id="error-E" errorCode="E"/>'


@pytest.fixture(autouse=True)
def fresh(settings: Settings) -> Iterator[None]:
    settings.OUTGOING_NETWORKS = ["127.0.0.0/8"]
    versions.forget_all()
    breakers.forget_all()
    outbox.forget_listeners()
    yield
    versions.forget_all()
    breakers.forget_all()
    outbox.forget_listeners()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with run_receiver() as found:
        yield found


def task(connector: str, inputs: dict[str, Any], headers: dict[str, str] | None = None, *, retries: int = 3) -> str:
    """A service task with input mappings; texts that begin with = are expressions."""
    mappings = "".join(
        f"<zeebe:input source={quoteattr(_source(value))} target={quoteattr(name)}/>" for name, value in inputs.items()
    )
    written = "".join(
        f"<zeebe:header key={quoteattr(key)} value={quoteattr(value)}/>" for key, value in (headers or {}).items()
    )
    more = f"<zeebe:ioMapping>{mappings}</zeebe:ioMapping><zeebe:taskHeaders>{written}</zeebe:taskHeaders>"
    return service("call", connector, retries=retries, more=more)


def _source(value: Any) -> str:
    if isinstance(value, str) and value.startswith("="):
        return value
    return "=" + json.dumps(value)


def run(deploy: Deploy, xml: str, variables: dict[str, Any] | None = None) -> Instance:
    deploy(simple("calls", ("call", xml)))
    one = instances.start("calls", None, variables=variables)
    assert running.run_jobs() == 1
    return Instance.objects.get(pk=one)


def everything_stored() -> str:
    texts = [json.dumps(row.variables, default=str) + (row.error or "") for row in Instance.objects.all()]
    texts += [encode_log(step.log) for step in Step.objects.all()]
    texts += [f"{row.message} {row.data}" for row in Incident.objects.all()]
    texts += [f"{row.failures} {row.headers}" for row in Job.objects.all()]
    return " ".join([*texts, *Outbox.objects.values_list("payload", flat=True)])


def test_a_request_is_sent_and_its_answer_mapped(deployed: Deploy, receiver: Receiver) -> None:
    receiver.answer(201, b'{"id": 7, "total": 12.5}', **{"Content-Type": "application/json; charset=utf-8"})
    xml = task(
        "statewright:http",
        {
            "method": "POST", "url": receiver.url + "/orders?a=1", "body": '={order: number, "why": "x"}',
            "queryParameters": {"b": "ä &"}, "headers": {"X-Own": "yes"},
        },
        {"resultVariable": "answer", "resultExpression": "={orderId: response.body.id, double: 2 * number}"},
    )  # fmt: skip
    found = run(deployed, xml, {"number": 5})
    (request,) = receiver.requests
    assert (request.method, request.path) == ("POST", "/orders?a=1&b=%C3%A4+%26")
    assert json.loads(request.body) == {"order": 5, "why": "x"}
    assert (request.headers["content-type"], request.headers["x-own"]) == ("application/json", "yes")
    assert found.status == Instance.Status.COMPLETED
    assert (found.variables["orderId"], found.variables["double"]) == (7, 10)
    assert (found.variables["answer"]["status"], found.variables["answer"]["body"]["total"]) == (201, 12.5)
    assert "url" not in found.variables


def test_every_attempt_has_the_same_key_and_the_answer_says_when_the_next_one_is(
    deployed: Deploy,
    receiver: Receiver,
) -> None:
    receiver.answers = [(503, b"busy", {"Retry-After": "0"}), (200, b"", {})]
    found = run(deployed, task("statewright:http", {"url": receiver.url}))
    job = Job.objects.get()
    assert (job.retries, job.failures[0]["class"]) == (2, "transient")
    assert running.run_jobs() == 1
    found.refresh_from_db()
    assert found.status == Instance.Status.COMPLETED
    keys = {request.headers["idempotency-key"] for request in receiver.requests}
    assert len(receiver.requests) == 2
    assert len(keys) == 1


def test_a_host_that_fails_rests_and_the_others_go_on(deployed: Deploy, receiver: Receiver) -> None:
    deployed(simple("calls", ("call", task("statewright:http", {"url": "=url"}, retries=9))))
    receiver.answers = [(503, b"busy", {"Retry-After": "0"})]
    with run_receiver() as other:
        for url in [receiver.url] * 7 + [other.url] * 2:
            instances.start("calls", None, variables={"url": url})
        assert running.run_jobs(5) == 5
        breaker = Breaker.objects.get()
        assert (breaker.type, breaker.openings) == (f"#host:127.0.0.1:{receiver.port}", 1)
        assert running.run_jobs() == 9
        assert (len(receiver.requests), len(other.requests)) == (5, 2)
    waiting = Job.objects.filter(available_at__gt=datetime.now(UTC)).order_by("retries", "pk")
    assert sorted(job.retries for job in waiting) == [8] * 5 + [9] * 2
    assert f"127.0.0.1:{receiver.port}, which rests" in waiting[6].progress["waits for"]


def test_a_host_that_has_rested_is_tried_by_one_and_open_to_all_when_that_works(
    deployed: Deploy, receiver: Receiver
) -> None:
    deployed(simple("calls", ("call", task("statewright:http", {"url": receiver.url}, retries=9))))
    receiver.answers = [(503, b"busy", {"Retry-After": "0"})]
    for _ in range(6):
        instances.start("calls", None)
    running.run_jobs(5)

    def try_again() -> int:
        past = datetime.now(UTC) - timedelta(seconds=1)
        Breaker.objects.update(open_until=past)
        Job.objects.exclude(available_at=None).update(available_at=past)
        return running.run_jobs()

    assert try_again() == 6
    assert len(receiver.requests) == 6
    breaker = Breaker.objects.get()
    assert breaker.openings == 2
    assert breaker.open_until > datetime.now(UTC) + timedelta(seconds=20)
    receiver.answer(200)
    try_again()
    assert not Breaker.objects.exists()
    assert {one.status for one in Instance.objects.all()} == {Instance.Status.COMPLETED}


def test_an_answer_that_says_no_is_none_of_a_host_that_fails(deployed: Deploy, receiver: Receiver) -> None:
    receiver.answer(404, b"no such order")
    deployed(simple("calls", ("call", task("statewright:http", {"url": receiver.url}))))
    for _ in range(6):
        instances.start("calls", None)
    running.run_jobs()
    assert (Incident.objects.count(), len(receiver.requests)) == (6, 6)
    assert not Breaker.objects.exists()


def test_an_answer_that_says_no_is_an_incident_at_once(deployed: Deploy, receiver: Receiver) -> None:
    receiver.answer(404, b"no such order")
    run(deployed, task("statewright:http", {"url": receiver.url}))
    incident = Incident.objects.get()
    assert (incident.code, len(receiver.requests)) == ("job-failed", 1)
    assert "404: no such order" in incident.message


def test_an_error_expression_makes_a_bpmn_error(deployed: Deploy, receiver: Receiver) -> None:
    receiver.answer(409, b'{"why": "sold"}', **{"Content-Type": "application/json"})
    error = '=if response.status = 409 then {code: "E", message: response.body.why} else null'
    process = make_process(
        "calls", start(), task("statewright:http", {"url": receiver.url}, {"errorExpression": error}), end(),
        boundary("caught", "call", "error", "E"), end("sold"), line("start", "call", "end"), line("caught", "sold"),
    )  # fmt: skip
    deployed(process, roots=CATCH)
    instances.start("calls", None)
    running.run_jobs()
    assert Instance.objects.get().status == Instance.Status.COMPLETED
    assert not Incident.objects.exists()


def test_a_variable_that_happens_to_be_called_like_an_input_is_none(
    deployed: Deploy,
    receiver: Receiver,
) -> None:
    run(deployed, task("statewright:http", {"url": receiver.url}), {"body": "private", "method": "DELETE"})
    assert (receiver.requests[0].method, receiver.requests[0].body) == ("GET", b"")


@pytest.mark.parametrize(
    ("authentication", "expected"),
    [
        ({"type": "bearer", "token": "secrets.SHOP"}, ("authorization", "Bearer marker-7f3a")),
        ({"type": "basic", "username": "u", "password": "secrets.SHOP"}, ("authorization", "Basic dTptYXJrZXItN2YzYQ==")),
        ({"type": "apiKey", "name": "X-Key", "value": "{{secrets.SHOP}}"}, ("x-key", "marker-7f3a")),
    ],
)  # fmt: skip
def test_a_secret_reaches_the_receiver_and_no_row(
    deployed: Deploy,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    authentication: dict[str, str],
    expected: tuple[str, str],
) -> None:
    monkeypatch.setenv("CONNECTOR_SECRET_SHOP", "marker-7f3a")
    receiver.answer(200, b'{"you said": "marker-7f3a"}', **{"Content-Type": "application/json"})
    xml = task(
        "statewright:http", {"url": receiver.url, "authentication": authentication}, {"resultVariable": "answer"}
    )
    found = run(deployed, xml)
    assert receiver.requests[0].headers[expected[0]] == expected[1]
    assert found.variables["answer"]["body"] == {"you said": "•••"}
    assert "marker-7f3a" not in everything_stored()


def test_a_secret_is_not_in_what_is_said_of_a_failure(
    deployed: Deploy,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("CONNECTOR_SECRET_SHOP", "marker-7f3a")
    receiver.answer(400, b"bad token marker-7f3a")
    xml = task("statewright:http", {"url": receiver.url, "headers": {"X-Token": "secrets.SHOP"}})
    run(deployed, xml)
    assert "bad token •••" in Incident.objects.get().message
    assert "marker-7f3a" not in everything_stored()
    assert "marker-7f3a" not in caplog.text


def test_a_secret_goes_only_where_it_may(
    deployed: Deploy,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CONNECTOR_SECRET_SHOP", "marker-7f3a")
    monkeypatch.setenv("CONNECTOR_SECRET_SHOP_HOSTS", "api.example.org, *.shop.example")
    run(deployed, task("statewright:http", {"url": receiver.url, "headers": {"X-Token": "secrets.SHOP"}}))
    assert receiver.requests == []
    assert "may not go to 127.0.0.1" in Incident.objects.get().message


def test_an_unknown_secret_is_an_incident(deployed: Deploy, receiver: Receiver) -> None:
    run(deployed, task("statewright:http", {"url": receiver.url, "headers": {"X": "secrets.NOWHERE"}}))
    assert "NOWHERE" in Incident.objects.get().message


def test_an_address_inside_is_an_incident_at_once(
    deployed: Deploy,
    receiver: Receiver,
    settings: Settings,
) -> None:
    settings.OUTGOING_NETWORKS = []
    run(deployed, task("statewright:http", {"url": receiver.url}))
    assert receiver.requests == []
    assert Job.objects.get().failures[0]["class"] == "permanent"


def test_all_misfits_of_the_inputs_are_told_together(deployed: Deploy) -> None:
    run(deployed, task("statewright:http", {"method": "STEAL", "headers": [1]}))
    message = Incident.objects.get().message
    assert all(part in message for part in ("“method” is none of", "“url” is missing", "“headers” is not a context"))


def test_mail_is_sent_under_one_id(deployed: Deploy) -> None:
    xml = task("statewright:mail", {"to": "=person", "cc": ["c@example.org"], "subject": "Hi", "text": "=greeting"})
    run(deployed, xml, {"person": "p@example.org", "greeting": "Hello\nyou"})
    (message,) = mail.outbox
    assert (message.to, message.cc, message.subject) == (["p@example.org"], ["c@example.org"], "Hi")
    assert message.extra_headers["Message-ID"].startswith("<statewright-")
    assert Instance.objects.get().status == Instance.Status.COMPLETED


@pytest.mark.parametrize(
    "inputs",
    [
        {"to": "nobody", "subject": "a", "text": "b"},
        {"to": "a@b.de\nBcc: all@example.org", "subject": "a", "text": "b"},
        {"to": "a@b.de", "subject": "a\nBcc: all@example.org", "text": "b"},
        {"to": [f"p{number}@example.org" for number in range(51)], "subject": "a", "text": "b"},
    ],
)
def test_mail_that_cannot_be_meant_is_an_incident(deployed: Deploy, inputs: dict[str, Any]) -> None:
    run(deployed, task("statewright:mail", inputs))
    assert mail.outbox == []
    assert Incident.objects.count() == 1


def test_an_event_is_published_with_the_result_of_its_task(deployed: Deploy) -> None:
    webhooks.create_webhook(None, url="https://example.org/", kinds=["order.*"])
    run(deployed, task("statewright:publish", {"kind": "order.paid", "data": "={sum: 2 * 4}"}))
    body = json.loads(Outbox.objects.get().payload)
    assert (body["type"], body["data"]["sum"], body["data"]["process"]) == ("order.paid", 8, "calls")


def test_a_kind_of_the_engines_own_cannot_be_published(deployed: Deploy) -> None:
    webhooks.create_webhook(None, url="https://example.org/", kinds=["instance.ended"])
    run(deployed, task("statewright:publish", {"kind": "instance.ended"}))
    assert not Outbox.objects.exists()
    assert Incident.objects.count() == 1


def test_data_is_mapped_without_leaving_the_process(deployed: Deploy) -> None:
    mapped = "={names: for one in people return upper case(one.name), total: sum(people.age)}"
    people = [{"name": "ann", "age": 3}, {"name": "bo", "age": 4}]
    found = run(deployed, task("statewright:map", {}, {"resultExpression": mapped}), {"people": people})
    assert (found.variables["names"], found.variables["total"]) == (["ANN", "BO"], 7)


@pytest.mark.parametrize("text", ["=[1]", "=1 +", "=unknown.field", '=if true then "a" else 1'])
def test_a_result_expression_that_gives_no_context_is_an_incident(deployed: Deploy, text: str) -> None:
    run(deployed, task("statewright:map", {}, {"resultExpression": text}))
    assert Incident.objects.count() == 1


def test_the_reference_page_is_that_of_the_connectors() -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "connectors.md"
    if os.environ.get("WRITE_PAGES"):
        page.write_text(make_page())
    assert page.read_text() == make_page(), "write it anew with WRITE_PAGES=1"
    assert all(one.doc and all(given.doc for given in one.inputs) for one in CONNECTORS.values())
