"""FEEL values as text, as the function string() gives them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from .numbers import format_number, number
from .ranges import Range
from .runtime import Run
from .temporal import Temporal
from .values import Function

MAX_DEPTH = 100


def to_text(value: object, run: Run | None = None) -> str:
    """The text of any value; strings inside lists and contexts are quoted."""
    return value if isinstance(value, str) else _text(value, run or Run(), 0)


def _text(value: object, run: Run, depth: int) -> str:
    run.charge(1)
    if depth > MAX_DEPTH:
        return "..."
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, (int, Decimal, float)):
        plain = number(value)
        return "null" if plain is None else format_number(plain)
    if isinstance(value, str):
        text = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    elif isinstance(value, Temporal):
        text = str(value) if depth == 0 else f'@"{value}"'
    elif isinstance(value, (list, tuple)):
        text = "[" + ", ".join(_text(item, run, depth + 1) for item in value) + "]"
    elif isinstance(value, Mapping):
        text = "{" + ", ".join(f"{key}: {_text(item, run, depth + 1)}" for key, item in value.items()) + "}"
    elif isinstance(value, Range):
        text = _range_text(value, run, depth)
    else:
        name = getattr(value, "name", "") if isinstance(value, Function) or hasattr(value, "forms") else ""
        text = f"function {name}".rstrip()
    run.make(len(text))
    return text


def _range_text(value: Range, run: Run, depth: int) -> str:
    if value.operator:
        end = value.end if value.start is None else value.start
        return f"({value.operator} {_text(end, run, depth + 1)})"
    opening, closing = "[" if value.start_included else "(", "]" if value.end_included else ")"
    start, end_text = _text(value.start, run, depth + 1), _text(value.end, run, depth + 1)
    return f"{opening}{start}..{end_text}{closing}"
