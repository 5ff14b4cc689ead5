"""Reading JSON strictly: what no database could keep, or would exhaust a reader, is refused with its reason."""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

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
        raise NotJson("The text is not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise NotJson(f"The text is no JSON: {error}.") from None
    except RecursionError:
        raise NotJson(_TOO_DEEP) from None
    _check(value)
    return value


_TOO_DEEP = f"The JSON is nested more than {DEEPEST} deep."


def _refuse_constant(text: str) -> NoReturn:
    raise NotJson(f"{text} is no JSON number.")


def _read_int(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise NotJson(f"A number has more than {LONGEST_NUMBER} digits.")
    return int(text)


def _read_float(text: str) -> float:
    number = float(text) if len(text) <= LONGEST_NUMBER else math.inf
    if math.isinf(number):
        raise NotJson(f"The number {text[:40]} is too large or too long.")
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
        raise NotJson("A text holds the character NUL, which no database can keep.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NotJson("A text holds half a character (a lone surrogate).") from None
