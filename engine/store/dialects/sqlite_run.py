"""SQLite: executes statements, and turns rows into what the file holds; the statements are elsewhere."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from engine.store.tables import Table


def run(statement: str, *parameters: Any) -> list[Any]:
    lines: list[Any] = execute("execute", statement, parameters).fetchall()
    return lines


def run_many(statement: str, lines: Iterable[Sequence[Any]]) -> int:
    """One statement for all lines; how many rows it touched."""
    touched: int = execute("executemany", statement, list(lines)).rowcount
    return touched


def execute(method: str, statement: str, parameters: Any) -> Any:
    database = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    call: Callable[..., Any] = partial(execute_directly, method)
    for wrapper in reversed(database.execute_wrappers):  # whoever counts or fails statements sees these too
        call = partial(wrapper, call)
    return call(statement, parameters, method == "executemany", {"connection": database})


def execute_directly(method: str, statement: str, parameters: Any, _: bool, context: dict[str, Any]) -> Any:
    database = context["connection"]
    with database.wrap_database_errors:
        return getattr(database.connection, method)(statement, parameters)


def write_time(moment: datetime | None) -> str | None:
    """As Django keeps it: UTC without saying so, and in an order that text has too."""
    if moment is None:
        return None
    moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment.isoformat(" ")


def read_time(text: str | datetime | None) -> datetime | None:
    # A column read as it stands comes converted by the driver, one behind an expression as its text.
    moment = datetime.fromisoformat(text) if isinstance(text, str) else text
    return moment.replace(tzinfo=UTC) if moment is not None else None


def list_of(values: Collection[Any]) -> str:
    """A parameter for json_each."""
    return json.dumps(list(values))


def columns(table: Table, alias: str) -> str:
    return ", ".join(f'{alias}."{name}"' for name in table.columns)


def write_rows(table: Table, rows: Sequence[Any]) -> list[Sequence[Any]]:
    places = table.places_of("timestamptz")
    if not places:
        return list(rows)
    lines: list[Sequence[Any]] = []
    for row in rows:
        line = list(row)
        for place in places:
            line[place] = write_time(line[place])
        lines.append(line)
    return lines


def read_row(table: Table, line: Sequence[Any]) -> Any:
    values = list(line)
    for place in table.places_of("timestamptz"):
        values[place] = read_time(values[place])
    for place in table.places_of("boolean"):
        values[place] = bool(values[place])
    return table.row._make(values)
