"""PostgreSQL: executes statements, prepared on the server under names of their own; the statements are elsewhere.

Outside of a transaction a statement goes to libpq at once: what the driver does around one (a cursor, a description
of each column, a loop that waits) costs more than the statement. Within one it goes the driver's way, which opens the
transaction and knows what an error has done to it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus

from engine.store.dialects.arrays import write_parameter

MOST_PREPARED = 200  # of one connection: a batch has one text for each combination of tables
# The server has forgotten the name, or a migration has changed a table: to be prepared anew.
STALE = ("26000", "0A000")


def run(statement: str, *parameters: Any) -> list[Any]:
    database = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    context = {"connection": database}
    if database.execute_wrappers:  # whoever counts or fails statements sees these too
        execute: Callable[..., list[Any]] = execute_directly
        for wrapper in reversed(database.execute_wrappers):
            execute = partial(wrapper, execute)
        return execute(statement, parameters, False, context)
    return execute_directly(statement, parameters, False, context)


def execute_directly(statement: str, parameters: Any, _: bool, context: dict[str, Any]) -> list[Any]:
    database = context["connection"]
    with database.wrap_database_errors:
        raw = database.connection
        prepared = connected.get(raw)
        if prepared is None:
            prepared = connected[raw] = Prepared(raw)
        if raw.autocommit:
            return prepared.run(statement, parameters)
        cursor = psycopg.Cursor(raw)
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.pgresult is not None and cursor.pgresult.nfields else []


class Prepared:
    """The named statements of one connection, the ones used last."""

    def __init__(self, raw: Any) -> None:
        # Plans are made once: what is said of the parameters of a batch never changes a plan for the better, and
        # compiling costs more than it ever runs.
        raw.execute("SET plan_cache_mode = force_generic_plan")
        raw.execute("SET jit = off")
        raw.prepare_threshold = 1
        self.server = raw.pgconn
        self.names: OrderedDict[str, bytes] = OrderedDict()
        self.made = 0
        # With the driver's own loaders: those of Django turn each time into another zone, and are slower.
        self.rows = Transformer(_Plain(raw))

    def run(self, statement: str, parameters: Sequence[Any]) -> list[Any]:
        values = [write_parameter(value) for value in parameters]
        is_known = statement in self.names
        result = self.server.exec_prepared(self.name_of(statement), values)
        if result.status == ExecStatus.FATAL_ERROR and is_known and self._is_stale(result):
            del self.names[statement]
            result = self.server.exec_prepared(self.name_of(statement), values)
        if result.status == ExecStatus.TUPLES_OK:
            rows = self.rows
            rows.set_pgresult(result)
            return rows.load_rows(0, result.ntuples, tuple)
        if result.status != ExecStatus.COMMAND_OK:
            self._fail(result)
        return []

    def name_of(self, statement: str) -> bytes:
        name = self.names.get(statement)
        if name is not None:
            self.names.move_to_end(statement)
            return name
        self.made += 1
        name = b"statewright_%d" % self.made
        result = self.server.prepare(name, number_marks(statement))
        if result.status != ExecStatus.COMMAND_OK:
            self._fail(result)
        self.names[statement] = name
        if len(self.names) > MOST_PREPARED:
            self.server.exec_(b"DEALLOCATE " + self.names.popitem(last=False)[1])
        return name

    def _is_stale(self, result: Any) -> bool:
        return error_from_result(result).sqlstate in STALE

    def _fail(self, result: Any) -> None:
        error = error_from_result(result)
        # No code: not the server has said it, but the library that could not write to it or read from it.
        if self.server.status == ConnStatus.BAD or error.sqlstate is None:
            raise psycopg.OperationalError(f"The connection to the database is lost: {result.get_error_message()}")
        raise error


class _Plain:
    """What a transformer asks of its context: the connection, without Django's adapters."""

    def __init__(self, raw: Any) -> None:
        self.adapters, self.connection = psycopg.adapters, raw


connected: WeakKeyDictionary[Any, Prepared] = WeakKeyDictionary()


@lru_cache(maxsize=1024)
def number_marks(statement: str) -> bytes:
    """`%s` as the server writes it: $1, $2, …"""
    first, *others = statement.split("%s")
    return (first + "".join(f"${number}{part}" for number, part in enumerate(others, 1))).encode()
