"""Python values as the plain JSON that runs keep, and pauses as written; nothing about processes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.core.feel import to_json

MOST_DEPTH = 200


def plain(variables: Mapping[str, Any] | None) -> dict[str, Any]:
    """A copy that shares nothing with what was given. ValueError for what JSON cannot hold."""
    if variables is not None and not isinstance(variables, Mapping):
        raise TypeError(f"Variables are names with values, as in {{'a': 1}}, not a {type(variables).__name__}.")
    return {str(name): _plain(value, 0) for name, value in (variables or {}).items()}


def plain_value(value: Any) -> Any:
    return _plain(value, 0)


def copy_plain(value: Any) -> Any:
    """A copy of what is plain already; it looks at no scalar."""
    if value.__class__ is dict:
        return {name: copy_plain(inner) if inner.__class__ in NESTS else inner for name, inner in value.items()}
    if value.__class__ is list:
        return [copy_plain(inner) if inner.__class__ in NESTS else inner for inner in value]
    return value


NESTS: frozenset[Any] = frozenset({dict, list})


def _plain(value: Any, depth: int) -> Any:
    if depth > MOST_DEPTH:
        raise ValueError(f"The value is nested more than {MOST_DEPTH} deep.")
    if isinstance(value, Mapping):
        return {str(name): _plain(inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner, depth + 1) for inner in value]
    if isinstance(value, set | frozenset):
        return sorted((_plain(inner, depth + 1) for inner in value), key=repr)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        sign = "-" if value < timedelta() else ""
        return f"{sign}PT{Decimal(str(abs(value).total_seconds())).normalize():f}S"
    return to_json(value)


def as_moment(moment: datetime) -> datetime:
    """Moments without a zone are UTC."""
    if not isinstance(moment, datetime):
        raise TypeError(f"A moment is a datetime, not a {type(moment).__name__}.")
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
