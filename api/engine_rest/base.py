"""What every view here shares: lenient bodies, parameters, and errors of three members, never HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from api.problems import answer_problem
from api.v1.base import View
from engine.core.model.problems import CorrelationError, DiagramError
from engine.service.errors import Invalid, NotFound

TYPES = {
    400: "InvalidRequestException",
    401: "AuthenticationException",
    403: "AuthorizationException",
    404: "InvalidRequestException",
}
PARSE_FAILED = "ENGINE-09005 Could not parse BPMN process. Errors: "
MOST_RESULTS = 1000


def answer_error(error: Exception, context: Mapping[str, Any]) -> Response | None:
    answer = answer_problem(error, context)
    if answer is None:
        return None
    status, message = answer.status_code, str(answer.data["detail"])
    kind = TYPES.get(status, "RestException")
    if isinstance(error, DiagramError):
        kind, message = "ParseException", _describe_findings(error)
    elif isinstance(error, CorrelationError):
        status, kind = 400, "MismatchingMessageCorrelationException"
    elif isinstance(error, exceptions.ValidationError):
        message = "; ".join(f"{one['field']}: {one['message']}" for one in answer.data["problems"])
    elif getattr(error, "code", "") == "lease-lost":
        status, kind = 400, "BadUserRequestException"
    found = Response({"type": kind, "message": message, "code": 0}, status=status, content_type="application/json")
    for header in ("WWW-Authenticate", "Retry-After", "Allow"):
        if header in answer:
            found[header] = answer[header]
    return found


def _describe_findings(error: DiagramError) -> str:
    lines = [
        f"\n* {problem.message} | {problem.node or 'file'}{f' | line {problem.line}' if problem.line else ''}"
        for problem in error.problems
        if problem.severity == "error"
    ]
    return PARSE_FAILED + "".join(lines)


class EngineView(View):
    """No part of our own OpenAPI document; its errors have a shape of their own."""

    schema = None

    def get_exception_handler(self) -> Any:
        return answer_error


def scoped(scope: str) -> Any:
    """Which scope a token needs for the method."""

    def mark(method: Any) -> Any:
        method.scope = scope
        return method

    return mark


class Members:
    """The members of a body, or the parameters of an address; null means absent. What is of another type is refused."""

    def __init__(self, given: Any) -> None:
        if not isinstance(given, dict):
            raise Invalid("body-invalid", "The body must be a JSON object.")
        self.given: dict[str, Any] = given

    def text(self, name: str, default: str | None = None) -> str | None:
        value = self.given.get(name)
        if value is None:
            return default
        if not isinstance(value, str):
            raise Invalid("body-invalid", f"“{name}” must be a text.")
        if "\0" in value:
            raise Invalid("body-invalid", f"“{name}” holds the character NUL.")
        return value

    def needed(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise Invalid("body-invalid", f"“{name}” is missing.")
        return value

    def number(self, name: str, default: int | None = None, *, least: int = 0, most: int = 2**31 - 1) -> int | None:
        value = self.given.get(name)
        if value is None:
            return default
        if isinstance(value, str) and value.isascii() and value.lstrip("-").isdigit() and len(value) < 20:
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise Invalid("body-invalid", f"“{name}” must be a whole number from {least} to {most}.")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.given.get(name)
        if value is None:
            return default
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        if not isinstance(value, bool):
            raise Invalid("body-invalid", f"“{name}” must be true or false.")
        return value

    def words(self, name: str) -> list[str] | None:
        """A list of texts; in an address they stand with commas."""
        value = self.given.get(name)
        if value is None:
            return None
        if isinstance(value, str):
            value = value.split(",")
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value) or len(value) > MOST_RESULTS:
            raise Invalid("body-invalid", f"“{name}” must be a list of texts.")
        return value

    def map(self, name: str) -> dict[str, Any]:
        value = self.given.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise Invalid("body-invalid", f"“{name}” must be an object.")
        return value

    def refuse_others(self, known: Sequence[str]) -> None:
        """A filter that is not known would find more than was meant."""
        others = sorted(name for name, value in self.given.items() if value is not None and name not in known)
        if others:
            message = f"The filter “{others[0]}” is not supported; there are: {', '.join(known)}."
            raise Invalid("filter-unknown", message)


def read_members(request: Request) -> Members:
    return Members(request.data if request.data != "" else {})


def read_filter(request: Request, known: Sequence[str]) -> Members:
    """Of the address and, where there is one, of the body."""
    given = {name: value for name, value in request.query_params.dict().items() if value != ""}
    if request.method == "POST":
        given |= read_members(request).given
    members = Members(given)
    members.refuse_others([*known, "firstResult", "maxResults", "sortBy", "sortOrder", "sorting", "deserializeValues"])
    return members


def slice_of(members: Members, rows: list[Any]) -> list[Any]:
    first = members.number("firstResult", 0) or 0
    most = members.number("maxResults")
    return rows[first : first + (MOST_RESULTS if most is None else most)]


def missing(what: str, id: str) -> NotFound:
    return NotFound("not-found", f"{what} with id {id[:100]} does not exist")
