"""Reading JSON strictly: what no database could keep, or would exhaust a reader, is refused with its reason."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

from engine.core.model.words import say

DEEPEST = 100
LONGEST_NUMBER = 400  # characters


class NotJson(ValueError):
    """The text is no JSON that can be kept; the message says why, in a sentence."""


def read_json(content: bytes) -> Any:
    """The value of the text, which is UTF-8."""
    try:
        value = json.loads(
            content.decode(), parse_constant=_refuse_constant, parse_int=_read_int, parse_float=_read_float
        )
    except UnicodeDecodeError:
        raise NotJson(say("The text is not UTF-8.")) from None
    except json.JSONDecodeError as error:
        raise NotJson(say("The text is no JSON: %(reason)s.", reason=error)) from None
    except RecursionError:
        raise NotJson(_TOO_DEEP) from None
    _check(value)
    return value


_TOO_DEEP = say("The JSON is nested more than %(most)s deep.", most=DEEPEST)


def _refuse_constant(text: str) -> NoReturn:
    raise NotJson(say("%(text)s is no JSON number.", text=text))


def _read_int(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise NotJson(say("A number has more than %(most)s digits.", most=LONGEST_NUMBER))
    return int(text)


def _read_float(text: str) -> float:
    number = float(text) if len(text) <= LONGEST_NUMBER else math.inf
    if math.isinf(number):
        raise NotJson(say("The number %(text)s is too large or too long.", text=text[:40]))
    return number


def _check(value: Any) -> None:
    """Without recursion: depth, and texts that no database can keep."""
    level: list[Any] = [value]
    depth = 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise NotJson(_TOO_DEEP)
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
        raise NotJson(say("A text holds the character NUL, which no database can keep."))
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NotJson(say("A text holds half a character (a lone surrogate).")) from None
