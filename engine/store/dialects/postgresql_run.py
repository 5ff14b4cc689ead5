"""PostgreSQL: executes statements, prepared on the server under names of their own; the statements are elsewhere.

Outside of a transaction a statement goes to libpq at once: what the driver does around one (a cursor, a description
of each column, a loop that waits) costs more than the statement. Within one it goes the driver's way, which opens the
transaction and knows what an error has done to it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from time import monotonic
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result
from psycopg.generators import fetch_many, send
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.waiting import wait

from engine.store.contract import Meanwhile
from engine.store.dialects.arrays import write_parameter

LOOK_EVERY = 1.0  # seconds: whether the connection is still there
MOST_PREPARED = 200  # of one connection: a batch has one text for each combination of tables
# The server has forgotten the name, or a migration has changed a table: to be prepared anew.
STALE = ("26000", "0A000")
# Every statement finds its rows by keys, however few there are in its tables when its plan is made: the tables grow,
# and a plan that reads them whole would be kept. What the server makes of it by itself, after it has counted the
# rows, is replaced as soon.
PLANNING = {"enable_seqscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off", "random_page_cost": "0"}
BY_KEYS = "; ".join(f"SET {name} = {value}" for name, value in PLANNING.items()).encode()
AS_BEFORE = "; ".join(f"RESET {name}" for name in PLANNING).encode()
PLAN_SECONDS = 10.0


def run(statement: str, *parameters: Any, meanwhile: Meanwhile | None = None) -> list[Any]:
    """`meanwhile` is called while the server works, where it is not waited for otherwise."""
    database = connections[DEFAULT_DB_ALIAS]
    database.ensure_connection()
    context = {"connection": database}
    execute: Callable[..., list[Any]] = execute_directly
    if meanwhile is not None:
        execute = partial(execute, meanwhile=meanwhile)
    for wrapper in reversed(database.execute_wrappers):  # whoever counts or fails statements sees these too
        execute = partial(wrapper, execute)
    return execute(statement, parameters, False, context)


def execute_directly(
    statement: str, parameters: Any, _: bool, context: dict[str, Any], meanwhile: Meanwhile | None = None
) -> list[Any]:
    database = context["connection"]
    with database.wrap_database_errors:
        raw = database.connection
        prepared = connected.get(raw)
        if prepared is None:
            prepared = connected[raw] = Prepared(raw)
        if raw.autocommit:
            return prepared.run(statement, parameters, meanwhile)
        cursor = psycopg.Cursor(raw)
        prepared.run_by_driver(cursor, statement, parameters)
        if meanwhile is not None:
            meanwhile()
        return cursor.fetchall() if cursor.pgresult is not None and cursor.pgresult.nfields else []


class Name(NamedTuple):
    name: bytes
    at: float


class Prepared:
    """The named statements of one connection, the ones used last."""

    def __init__(self, raw: Any) -> None:
        # Plans are made once: what is said of the parameters of a batch never changes a plan for the better, and
        # compiling costs more than it ever runs.
        raw.execute("SET plan_cache_mode = force_generic_plan")
        raw.execute("SET jit = off")
        raw.prepare_threshold = 0
        self.server = raw.pgconn
        self.names: OrderedDict[str, Name] = OrderedDict()
        self.planned: set[str] = set()  # of those that the driver has prepared, within transactions
        self.made = 0
        # With the driver's own loaders: those of Django turn each time into another zone, and are slower. And without
        # the connection, which would then never be forgotten.
        self.rows = Transformer()

    def run(self, statement: str, parameters: Sequence[Any], meanwhile: Meanwhile | None = None) -> list[Any]:
        values = [write_parameter(value) for value in parameters]
        known = self.find(statement)
        if known is None:
            result = self._plan(statement, values, meanwhile)
        else:
            result = self._send(known.name, values, meanwhile)
            if result.status == ExecStatus.FATAL_ERROR and self._is_stale(result):
                del self.names[statement]
                result = self._plan(statement, values, None)
        if result.status == ExecStatus.TUPLES_OK:
            rows = self.rows
            rows.set_pgresult(result)
            return rows.load_rows(0, result.ntuples, tuple)
        if result.status != ExecStatus.COMMAND_OK:
            self._fail(result)
        return []

    def _send(self, name: bytes, values: Sequence[bytes | None], meanwhile: Meanwhile | None) -> Any:
        if meanwhile is None:
            return self.server.exec_prepared(name, values)
        self.server.send_query_prepared(name, values)
        wait(send(self.server), self.server.socket, LOOK_EVERY)
        try:
            meanwhile()
        finally:  # the connection is of use again only after its answer
            # One whose statement has failed may say next that it is cut off: like `PQexec` we go by what it says last.
            *_, result = wait(fetch_many(self.server), self.server.socket, LOOK_EVERY)
        return result

    def find(self, statement: str) -> Name | None:
        """Forgotten where its plan is too old."""
        known = self.names.get(statement)
        if known is None:
            return None
        if monotonic() - known.at > PLAN_SECONDS:
            self._drop(self.names.pop(statement))
            return None
        self.names.move_to_end(statement)
        return known

    def _plan(self, statement: str, values: Sequence[bytes | None], meanwhile: Meanwhile | None) -> Any:
        """Prepare the statement, and run it for the first time, which makes its plan."""
        self.made += 1
        name = b"statewright_%d" % self.made
        result = self.server.prepare(name, number_marks(statement))
        if result.status != ExecStatus.COMMAND_OK:
            self._fail(result)
        self.names[statement] = Name(name, monotonic())
        if len(self.names) > MOST_PREPARED:
            self._drop(self.names.popitem(last=False)[1])
        self.server.exec_(BY_KEYS)
        try:
            return self._send(name, values, meanwhile)
        finally:
            self.server.exec_(AS_BEFORE)

    def run_by_driver(self, cursor: Any, statement: str, parameters: Sequence[Any]) -> None:
        if statement in self.planned:
            cursor.execute(statement, parameters)
            return
        settings = psycopg.Cursor(cursor.connection)  # within the transaction, whose end takes them back in any case
        settings.execute(BY_KEYS, prepare=False)
        cursor.execute(statement, parameters)
        settings.execute(AS_BEFORE, prepare=False)
        self.planned.add(statement)

    def _drop(self, known: Name) -> None:
        self.server.exec_(b"DEALLOCATE " + known.name)

    def _is_stale(self, result: Any) -> bool:
        return error_from_result(result).sqlstate in STALE

    def _fail(self, result: Any) -> None:
        error = error_from_result(result)
        # No code: not the server has said it, but the library that could not write to it or read from it.
        if self.server.status == ConnStatus.BAD or error.sqlstate is None:
            raise psycopg.OperationalError(f"The connection to the database is lost: {result.get_error_message()}")
        raise error


connected: WeakKeyDictionary[Any, Prepared] = WeakKeyDictionary()


@lru_cache(maxsize=1024)
def number_marks(statement: str) -> bytes:
    """`%s` as the server writes it: $1, $2, …"""
    first, *others = statement.split("%s")
    return (first + "".join(f"${number}{part}" for number, part in enumerate(others, 1))).encode()
