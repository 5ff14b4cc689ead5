"""What every view of the API shares: its description, how it reads bodies and parameters, and pages of lists."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, TypeVar

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ErrorDetail, UnsupportedMediaType, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from api.schema import shape_of
from api.v1.fields import Text, Whole
from engine.core.model.digits import read_whole
from engine.core.model.words import say
from engine.service.errors import Invalid

F = TypeVar("F", bound=Callable[..., Response])

PAGE = 50
LARGEST_PAGE = 200
LONGEST_KEY = 255
READ = "read"


def operation(
    name: str,
    *,
    body: Any = None,
    query: type[Serializer] | None = None,
    answer: Any = None,
    status: int = 200,
    scope: str = READ,
    more: Mapping[int, Any] | None = None,
    parameters: Iterable[Any] = (),
    tags: list[str] | None = None,
) -> Callable[[F], F]:
    """Describe a method of a view, and say which scope a token needs for it. Without an answer it is 204."""
    responses: dict[int, Any] = {status if answer is not None else 204: _described(answer)}
    responses |= {code: _described(one) for code, one in (more or {}).items()}
    described = extend_schema(
        operation_id=name,
        request=body,
        responses=responses,
        parameters=[*([query] if query is not None else []), *parameters],
        tags=tags,
    )

    def mark(method: F) -> F:
        method.scope = scope  # type: ignore[attr-defined]
        return described(method)  # type: ignore[no-any-return]

    return mark


def _described(answer: Any) -> Any:
    return None if answer is None else answer if isinstance(answer, dict) else shape_of(answer)


def page_of(hint: Any) -> dict[str, Any]:
    """The shape of a list: `next` is the `cursor` of the page after, null on the last one."""
    return {
        "type": "object",
        "properties": {"results": {"type": "array", "items": shape_of(hint)}, "next": shape_of(str | None)},
        "required": ["results", "next"],
    }


class View(APIView):
    """Refuses encodings that would have to be unpacked first: nobody knows how large the body would get."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in ("", "identity"):
            raise UnsupportedMediaType(encoding, detail=f"A body is sent as it is, not as “{encoding[:40]}”.")

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(status=204)


class Query(Serializer):
    """Parameters of an address. One that is not declared is refused."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = [name for name in data if name not in self.fields]
        if unknown:
            known = ", ".join(self.fields) or "none"
            message = say("There is no such parameter; there are: %(known)s.", known=known)
            raise ValidationError({name: [ErrorDetail(message, "unknown")] for name in unknown})
        return super().to_internal_value(data)


class PageQuery(Query):
    limit = Whole(required=False, min_value=1, max_value=LARGEST_PAGE, default=PAGE, help_text="How many at most.")
    cursor = Text(required=False, default="", help_text="`next` of the page before.")


def read_body(request: Request, shape: type[Serializer]) -> dict[str, Any]:
    return _check(shape, request.data)


def read_query(request: Request, shape: type[Serializer] = Query) -> dict[str, Any]:
    return _check(shape, request.query_params.dict())


def _check(shape: type[Serializer], data: Any) -> dict[str, Any]:
    found: dict[str, Any] = reader_of(shape).run_validation(data)
    return found


@cache
def reader_of(shape: type[Serializer]) -> Serializer:
    """Reading changes nothing in it, and making one copies every field."""
    return shape()


def idempotency_key(request: Request) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise Invalid(
            "header-invalid",
            say("“Idempotency-Key” has at most %(most)s printable characters.", most=LONGEST_KEY),
        )
    return key


def write_cursor(place: str) -> str:
    """Opaque to who gets it: what a list is ordered by may change."""
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> str:
    try:
        return base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (ValueError, binascii.Error):
        raise wrong_cursor() from None


def read_key_cursor(cursor: str) -> int | None:
    """The cursor of a list that is ordered by a key."""
    if not cursor:
        return None
    place = read_whole(read_cursor(cursor))
    if place is None:
        raise wrong_cursor()
    return place


def wrong_cursor() -> Invalid:
    return Invalid("cursor-invalid", say("“cursor” is the `next` of a page of the same list, unchanged."))


def page(rows: list[Any], limit: int, describe: Callable[[Any], Any], place: Callable[[Any], str]) -> Response:
    """Of `limit + 1` rows the page, and where the one after begins."""
    shown = rows[:limit]
    return page_before(shown, place(shown[-1]) if len(rows) > limit else None, describe)


def page_before(rows: list[Any], following: str | None, describe: Callable[[Any], Any]) -> Response:
    """The rows as a page, and where the one after begins, if there is one."""
    cursor = None if following is None else write_cursor(following)
    return Response({"results": [describe(row) for row in rows], "next": cursor})


def page_of_keys(
    rows: list[Any], query: dict[str, Any], describe: Callable[[Any], Any], key: Callable[[Any], str]
) -> Response:
    """A page of a list that is short enough to be read as a whole."""
    if query["cursor"]:
        after = read_cursor(query["cursor"])
        places = [number for number, row in enumerate(rows, 1) if key(row) == after]
        if not places:
            raise wrong_cursor()
        rows = rows[places[0] :]
    return page(rows[: query["limit"] + 1], query["limit"], describe, key)
