"""What the service refuses, as a page or a message; programs get problem+json from the API instead."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect

from engine.core.model.problems import ProcessError
from engine.service.errors import Forbidden, NotFound, ServiceError
from engine.service.words import translate


class RefusalMiddleware:
    """A page that may not be seen does not exist; an action that is refused says why where one was."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, ServiceError | ProcessError):
            return None
        if isinstance(error, NotFound):
            raise Http404(translate(error.message)) from error
        if request.method == "GET":
            if isinstance(error, Forbidden):
                raise PermissionDenied(translate(error.message)) from error
            raise BadRequest(translate(error.message)) from error
        messages.error(request, translate(error.message))
        return redirect(_back(request))


class PlainAddressMiddleware:
    """No address has the character NUL, and PostgreSQL cannot even be asked about it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return HttpResponseBadRequest("The address holds the character NUL.", content_type="text/plain")
        return self.get_response(request)


def _back(request: HttpRequest) -> str:
    """The page of this site that the form was on."""
    came_from = request.headers.get("Referer", "")
    here = request.build_absolute_uri("/")
    return came_from[len(here) - 1 :] if came_from.startswith(here) else "/"
