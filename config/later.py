"""503 and when to come again: as a problem for programs, as a page for people."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string

from api.front import PREFIXES


def answer_later(path: str, code: str, message: str, seconds: int, page: str = "") -> HttpResponse:
    """`page` is a template; without one the message is all there is to see."""
    headers = {"Retry-After": str(seconds)}
    if path.startswith(PREFIXES):
        problem = {"type": "about:blank", "title": message, "status": 503, "code": code, "detail": message}
        body = problem | {"message": message}  # as Camunda 7's clients read it
        return JsonResponse(body, status=503, content_type="application/problem+json", headers=headers)
    if not page:
        return HttpResponse(message, status=503, content_type="text/plain; charset=utf-8", headers=headers)
    return HttpResponse(render_to_string(page), status=503, headers=headers)
