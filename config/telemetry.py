"""Which request a log line or span belongs to, and how log lines look; not even in the way where neither is wanted."""

import json
import logging
import secrets
from collections.abc import Callable
from datetime import UTC, datetime

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse

from engine.service import telemetry
from engine.service.concealing import conceal


class TelemetryMiddleware:
    """After the one that knows the person. The trace of the caller goes on here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not (settings.LOG_JSON or telemetry.is_tracing()):
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person = request.user.get_username() if request.user.is_authenticated else ""
        names = {"request": secrets.token_hex(8), "user": person}
        parent = request.META.get("HTTP_TRACEPARENT")
        with (
            telemetry.about(**names),
            telemetry.span(f"HTTP {request.method}", parent=parent, kind="server", **names) as span,
        ):
            response = self.get_response(request)
            if span is not None:
                # The route and not the address: that could hold what is secret.
                route = request.resolver_match.route if request.resolver_match else "unknown"
                span.update_name(f"{request.method} /{route}")
                span.set_attribute("http.response.status_code", response.status_code)
            return response


class LineFormatter(logging.Formatter):
    """A line, and the traceback below it, without what is secret."""

    def format(self, record: logging.LogRecord) -> str:
        return conceal(super().format(record))


class JsonFormatter(logging.Formatter):
    """One line, one object: when, how bad, who says it, what, and what it is about."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **telemetry.read_about(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return conceal(json.dumps(line, ensure_ascii=False, default=str))
