"""Log lines as JSON and traces: one trace from a request over the worker to what the job asks outside; no secrets."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from config.telemetry import JsonFormatter
from engine.models import Instance
from engine.service import instances, outgoing, telemetry, versions, work
from engine.worker import handlers, running
from tests.infrastructure.receiver import run_receiver
from tests.service.diagrams import CALLING, CHARGED, deploy, make_person

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
TRACE = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    telemetry.use_tracer(provider.get_tracer("test"))
    versions.forget_all()
    yield exporter
    telemetry.use_tracer(None)
    versions.forget_all()


def named(spans: InMemorySpanExporter, beginning: str) -> ReadableSpan:
    return next(span for span in spans.get_finished_spans() if span.name.startswith(beginning))


def trace_of(span: ReadableSpan) -> str:
    assert span.context is not None
    return f"{span.context.trace_id:032x}"


@pytest.mark.django_db
def test_one_trace_goes_from_the_request_to_the_job_and_to_what_it_asks(
    spans: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def charge(job: Any) -> dict[str, Any]:
        asked.append(telemetry.traceparent())
        return {}

    monkeypatch.setitem(
        handlers.HANDLERS, "charge-card", handlers.Handler("charge-card", charge, 10.0, "", None, None, False)
    )
    deploy(CHARGED)
    client = Client(headers={"traceparent": PARENT})
    client.force_login(make_person("starter", "modelers"))
    body = {"process": "p", "variables": {"card": "4111-secret"}}
    assert client.post("/api/v1/instances/", body, content_type="application/json").status_code == 201
    assert running.run_jobs() == 1

    request, job = named(spans, "POST"), named(spans, "job charge-card")
    assert trace_of(request) == trace_of(job) == TRACE
    assert asked[0].split("-")[1] == TRACE
    assert (request.attributes or {})["statewright.user"] == "starter"
    assert (job.attributes or {})["statewright.instance"] == str(Instance.objects.get().pk)
    assert "4111-secret" not in "".join(span.to_json() for span in spans.get_finished_spans())


@pytest.mark.django_db
def test_a_called_instance_belongs_to_the_trace_of_its_caller(spans: InMemorySpanExporter) -> None:
    deploy(CALLING)
    with telemetry.span("outside"):
        instances.start("p", None)
    work.sweep()
    assert len({row.trace for row in Instance.objects.all()}) == 1
    assert Instance.objects.count() == 2


@pytest.mark.django_db
def test_without_a_collector_nothing_is_traced_and_nothing_kept() -> None:
    versions.forget_all()
    deploy(CHARGED)
    instances.start("p", None)
    assert Instance.objects.get().trace is None
    assert telemetry.traceparent() is None
    with telemetry.span("nothing") as span:
        assert span is None


def test_a_request_that_goes_out_carries_the_trace(spans: InMemorySpanExporter, settings: Any) -> None:
    settings.OUTGOING_NETWORKS = ["127.0.0.0/8"]
    with run_receiver() as receiver, telemetry.span("around") as around:
        outgoing.send("POST", receiver.url + "?token=hidden", content=b"{}")
    assert receiver.requests[0].headers["traceparent"].split("-")[1] == f"{around.get_span_context().trace_id:032x}"
    assert "hidden" not in "".join(span.to_json() for span in spans.get_finished_spans())


def test_a_line_of_the_log_is_one_json_object_with_what_it_is_about() -> None:
    record = logging.LogRecord("engine", logging.WARNING, "", 0, "job %s\nfailed", ("7",), None)
    with telemetry.about(request="r1", user="clerk"), telemetry.about(instance="17"):
        text = JsonFormatter().format(record)
    assert "\n" not in text
    line = json.loads(text)
    assert (line["level"], line["logger"], line["message"]) == ("WARNING", "engine", "job 7\nfailed")
    assert (line["request"], line["user"], line["instance"]) == ("r1", "clerk", "17")
    assert telemetry.read_about() == {}


def test_an_exception_stands_in_the_line_as_text() -> None:
    try:
        raise ValueError("no such card")
    except ValueError as error:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "bad", (), (ValueError, error, error.__traceback__))
    assert "no such card" in json.loads(JsonFormatter().format(record))["exception"]
