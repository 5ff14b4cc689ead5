"""Values as texts for PostgreSQL, single ones and columns of rows as arrays: the driver looks for a way for each value
and escapes with regular expressions, ten times slower. The statements cast them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from psycopg import DataError

_BETWEEN = "\x1f"  # texts that are quoted together; one that has it itself has them quoted one by one


def write_parameter(value: Any) -> bytes | None:
    """A value, or a list of such for an array."""
    if value is None:
        return None
    if isinstance(value, str):
        if "\0" in value:
            raise DataError("A text holds the character NUL, which PostgreSQL cannot keep.")
        return value.encode()
    if isinstance(value, list):
        return ("{" + ",".join(map(_write_member, value)) + "}").encode()
    return (value.isoformat() if isinstance(value, datetime) else _write_member(value)).encode()


def write_array(type_name: str, values: Sequence[Any]) -> str:
    """`{…}` for a parameter that the statement casts to an array of the type.

    Whole columns at once, where they let us: most columns of a batch say the same in every row."""
    write = _WRITERS.get(type_name, _write_plain)
    if not values:
        return "{}"
    if values[0] == values[-1] and values.count(values[0]) == len(values):
        return "{" + ",".join([write(values[0])] * len(values)) + "}"
    if write is _write_plain:
        return "{" + ",".join(map(str, values)).replace("None", "NULL") + "}"
    if write is _write_text and None not in values:
        joined = _BETWEEN.join(values)
        if joined.count(_BETWEEN) == len(values) - 1:
            return '{"' + joined.replace("\\", "\\\\").replace('"', '\\"').replace(_BETWEEN, '","') + '"}'
    return "{" + ",".join(map(write, values)) + "}"


def _write_member(value: Any) -> str:
    for kind, write in _BY_CLASS:
        if isinstance(value, kind):
            return write(value)
    return _write_plain(value)


def _write_plain(value: Any) -> str:
    return "NULL" if value is None else str(value)


def _write_text(value: str | None) -> str:
    if value is None:
        return "NULL"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


@lru_cache(maxsize=256)  # the rows of a unit have mostly its own
def _write_time(value: datetime | None) -> str:
    return "NULL" if value is None else '"' + value.isoformat() + '"'


def _write_boolean(value: bool | None) -> str:
    return "NULL" if value is None else "t" if value else "f"


_WRITERS: dict[str, Callable[[Any], str]] = {
    "text": _write_text,
    "jsonb": _write_text,
    "timestamptz": _write_time,
    "boolean": _write_boolean,
}
_BY_CLASS: tuple[tuple[type, Callable[[Any], str]], ...] = (
    (str, _write_text),
    (bool, _write_boolean),
    (datetime, _write_time),
)
