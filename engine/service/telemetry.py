"""What log lines and traces say of the work around them; where nothing listens, nothing is done.

Only ids, names and kinds go out: never the values of variables, headers or addresses' queries.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from typing import Any

from django.core.exceptions import ImproperlyConfigured

_about: ContextVar[dict[str, Any] | None] = ContextVar("statewright_about", default=None)
_nothing = nullcontext()


class _Tracing:
    """The tracer of this process, None where there are no traces, and the module that knows the span around."""

    tracer: Any = None
    trace: Any = None


def start_tracing(endpoint: str) -> None:
    """Send spans to the collector at this address, as OTLP over HTTP; the usual OTEL_ variables say the rest."""
    try:
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise ImproperlyConfigured(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but OpenTelemetry is not installed: "
            "install Statewright with its extra, `pip install statewright[telemetry]`, or leave the variable out."
        ) from None
    provider = TracerProvider(resource=Resource.create({"service.name": "statewright"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")))
    trace.set_tracer_provider(provider)
    use_tracer(provider.get_tracer("statewright"))


def use_tracer(tracer: Any) -> None:
    """For tests, and for programs that have set up OpenTelemetry themselves; None: no traces."""
    if tracer is not None:
        from opentelemetry import trace

        _Tracing.trace = trace
    _Tracing.tracer = tracer


def is_tracing() -> bool:
    return _Tracing.tracer is not None


@contextmanager
def about(**names: Any) -> Iterator[None]:
    """What the work within is about, for every log line that it writes."""
    token = _about.set({**(_about.get() or {}), **names})
    try:
        yield
    finally:
        _about.reset(token)


def read_about() -> dict[str, Any]:
    names = dict(_about.get() or {})
    if _Tracing.tracer is not None:
        context = _Tracing.trace.get_current_span().get_span_context()
        if context.is_valid:
            names["trace"] = f"{context.trace_id:032x}"
    return names


def span(
    name: str, *, parent: str | None = None, kind: str = "internal", **attributes: Any
) -> AbstractContextManager[Any]:
    """Within it is one span, of the trace that `parent` (a traceparent) belongs to, else of the one around it."""
    if _Tracing.tracer is None:
        return _nothing
    shown = {f"statewright.{key}": value for key, value in attributes.items() if value not in (None, "")}
    span_kind = _Tracing.trace.SpanKind[kind.upper()]
    opened: AbstractContextManager[Any] = _Tracing.tracer.start_as_current_span(
        name, context=_read_parent(parent) if parent else None, kind=span_kind, attributes=shown
    )
    return opened


def _read_parent(parent: str) -> Any:
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract({"traceparent": parent})


def traceparent() -> str | None:
    """The trace around, as a header says it and as an instance keeps it."""
    if _Tracing.tracer is None:
        return None
    context = _Tracing.trace.get_current_span().get_span_context()
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
