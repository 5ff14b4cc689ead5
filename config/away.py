"""A database that is away, full or read-only is no defect of the program: 503 and when to come again, not 500."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from django.core.signals import got_request_exception
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy
from django.views.debug import ExceptionReporter

from config.later import answer_later
from engine.store.away import is_away

RETRY_SECONDS = 2
MESSAGE = gettext_lazy("The database cannot be used at the moment. Nothing was changed; try again in a moment.")


class DatabaseAwayMiddleware:
    """Stands before everything that reads the database: the session is read by a middleware, too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != 500 or not getattr(request, "is_database_away", False):
            return response
        return answer_away(request)


class NoReport(ExceptionReporter):
    """In place of Django's page for developers, which asks the database for whatever it shows: each question may wait
    its whole time-out, and nobody sees the page."""

    def get_traceback_html(self) -> str:
        return ""

    get_traceback_text = get_traceback_html


def note_database_away(request: HttpRequest | None = None, **_: Any) -> None:
    """Receiver of got_request_exception: what Django has made a 500 of is known only here."""
    if request is not None and is_away(sys.exc_info()[1]):
        request.is_database_away = True  # type: ignore[attr-defined]
        request.exception_reporter_class = NoReport  # type: ignore[attr-defined]  # read so by Django


got_request_exception.connect(note_database_away, dispatch_uid="database-away")


def answer_away(request: HttpRequest) -> HttpResponse:
    return answer_later(request.path_info, "database-away", str(MESSAGE), RETRY_SECONDS, "503.html")
