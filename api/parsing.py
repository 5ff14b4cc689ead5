"""Reading JSON bodies strictly: what no database could keep, or would exhaust a reader, is refused with its reason."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any, NoReturn

from django.conf import settings
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

DEEPEST = 100
LONGEST_NUMBER = 400  # characters


class TooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


class StrictJSONParser(BaseParser):
    """`application/json` in UTF-8."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        most: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        content = stream.read(most + 1)
        if len(content) > most:
            raise TooLarge(f"The body is larger than {most:,} bytes.")
        return read_json(content)


def read_json(content: bytes) -> Any:
    """The value of the text; ParseError says why there is none."""
    try:
        value = json.loads(
            content.decode(), parse_constant=_refuse_constant, parse_int=_read_int, parse_float=_read_float
        )
    except UnicodeDecodeError:
        raise ParseError("The body is not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise ParseError(f"The body is no JSON: {error}.") from None
    except RecursionError:
        raise ParseError(_TOO_DEEP) from None
    _check(value)
    return value


_TOO_DEEP = f"The JSON is nested more than {DEEPEST} deep."


def _refuse_constant(text: str) -> NoReturn:
    raise ParseError(f"{text} is no JSON number.")


def _read_int(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise ParseError(f"A number has more than {LONGEST_NUMBER} digits.")
    return int(text)


def _read_float(text: str) -> float:
    number = float(text) if len(text) <= LONGEST_NUMBER else math.inf
    if math.isinf(number):
        raise ParseError(f"The number {text[:40]} is too large or too long.")
    return number


def _check(value: Any) -> None:
    """Without recursion: depth, and texts that no database can keep."""
    level: list[Any] = [value]
    depth = 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise ParseError(_TOO_DEEP)
        following: list[Any] = []
        for one in level:
            if isinstance(one, str):
                _check_text(one)
            elif isinstance(one, dict):
                following += [*one.keys(), *one.values()]
            elif isinstance(one, list):
                following += one
        level = following


def _check_text(text: str) -> None:
    if "\0" in text:
        raise ParseError("A text holds the character NUL, which no database can keep.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ParseError("A text holds half a character (a lone surrogate).") from None
