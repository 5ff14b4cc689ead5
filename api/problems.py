"""Every refusal as problem+json (RFC 9457): a stable code, plain words and, where there are several, each finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler

from engine.core.model.problems import CorrelationError, DiagramError, FormError, ProcessError
from engine.core.model.words import message_of
from engine.service.drafts import DraftConflict
from engine.service.errors import ServiceError
from engine.service.scenarios import ScenariosRed
from engine.service.words import translate, translate_all

CONTENT_TYPE = "application/problem+json"


def answer_problem(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's exception handler."""
    known = _describe(error)
    if known is None:
        return _from_framework(error, context)
    status, code, detail, more = known
    return _answer(status, code, detail, more)


def _describe(error: Exception) -> tuple[int, str, str, dict[str, Any]] | None:
    if isinstance(error, DraftConflict):
        saved_by = error.draft.saved_by
        return 409, error.code, error.message, {"saved_by": saved_by.get_username() if saved_by else None}
    if isinstance(error, ScenariosRed):
        return error.status, error.code, error.message, {"results": [result.to_json() for result in error.results]}
    if isinstance(error, ServiceError):
        return error.status, error.code, error.message, {}
    if isinstance(error, DiagramError):
        problems = [asdict(problem) for problem in error.problems]
        return 400, "diagram-invalid", _count(problems), {"problems": problems}
    if isinstance(error, FormError):
        findings = [asdict(problem) for problem in error.problems]
        return 400, "form-invalid", _("Some fields need another look."), {"problems": findings}
    if isinstance(error, ProcessError):
        return 400, error.code, error.message, {"problems": [{"node": error.node, "message": error.message}]}
    if isinstance(error, SuspiciousOperation):  # more parts or fields than a form may have
        return 400, "request-invalid", str(error) or _("The request is not as it should be."), {}
    if isinstance(error, CorrelationError):
        return 409, "message-not-correlated", message_of(error), {}
    return None


def describe_refusal(error: ServiceError) -> dict[str, Any]:
    """The body of a refusal, for one part of an answer about many."""
    return _body(error.status, error.code, error.message, {})


def _count(problems: list[dict[str, Any]]) -> str:
    number = sum(1 for problem in problems if problem["severity"] == "error")
    words = ngettext("One problem has to be solved first.", "%(n)s problems have to be solved first.", number)
    return words % {"n": number}


def _from_framework(error: Exception, context: Mapping[str, Any]) -> Response | None:
    response = exception_handler(error, context)
    if response is None:
        return None
    if isinstance(error, Http404):
        code, detail = "not-found", _("There is nothing here.")
    elif isinstance(error, PermissionDenied):
        code, detail = "not-allowed", str(error) or _("You may not do this.")
    elif isinstance(error, exceptions.ValidationError):
        problems = _findings(error.detail)
        body = {"problems": problems}
        return _answer(400, "request-invalid", _("The request is not as it should be."), body)
    else:
        assert isinstance(error, exceptions.APIException)
        code, detail = str(error.get_codes()), str(error.detail)
    answer = _answer(response.status_code, code.replace("_", "-"), detail, {})
    for header in ("WWW-Authenticate", "Retry-After", "Allow"):
        if header in response:
            answer[header] = response[header]
    return answer


def _findings(detail: Any, field: str = "") -> list[dict[str, Any]]:
    if isinstance(detail, dict):
        return [
            finding
            for name, inner in detail.items()
            for finding in _findings(inner, f"{field}.{name}" if field else str(name))
        ]
    if isinstance(detail, list):
        return [finding for inner in detail for finding in _findings(inner, field)]
    return [{"field": field, "code": getattr(detail, "code", "invalid"), "message": str(detail)}]


def _answer(status: int, code: str, detail: str, more: dict[str, Any]) -> Response:
    answer = Response(_body(status, code, detail, more), status=status, content_type=CONTENT_TYPE)
    if status == 503:
        answer["Retry-After"] = "1"
    return answer


def _body(status: int, code: str, detail: str, more: dict[str, Any]) -> dict[str, Any]:
    words = translate(detail)
    answer = {"type": "about:blank", "title": words, "status": status, "code": code, "detail": words}
    return answer | translate_all(more)
