"""The database after a test that commits: as the migrations left it.

Django's own flush makes every permission and role anew, and truncates every table; that took longer than the tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.core.management.color import no_style
from django.db import DatabaseError, connection, transaction
from django.test import TransactionTestCase

# Taking each away looks for what refers to it; a table is then quicker truncated.
MOST_ROWS = 2_000


@contextmanager
def emptying() -> Iterator[None]:
    """To be entered when the migrations are through; from then on it stands for the flush after each test."""
    tables = sorted(connection.introspection.django_table_names(only_existing=True, include_views=False))
    quoted = {table: connection.ops.quote_name(table) for table in tables}
    flush = TransactionTestCase._fixture_teardown
    made = {table: rows for table in tables if (rows := _read(quoted[table]))}
    count = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM {quoted[table]}" for table in tables)

    def empty(case: TransactionTestCase) -> None:
        try:
            take_away()
        except DatabaseError:  # a thread of the test still writes: truncating waits for it
            flush(case)

    def take_away() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(count)
            counts: dict[str, int] = dict(cursor.fetchall())
            changed = [table for table in made if _read(quoted[table]) != made[table]]
            filled = [table for table in tables if counts[table] and (table not in made or table in changed)]
            if sum(counts[table] for table in filled) > MOST_ROWS and not changed:
                connection.ops.execute_sql_flush(
                    connection.ops.sql_flush(no_style(), [table for table in tables if table not in made])
                )
                return
            for table in filled:
                cursor.execute(f"DELETE FROM {quoted[table]}")
            for table in changed:
                marks = ", ".join(["%s"] * len(made[table][0]))
                cursor.executemany(f"INSERT INTO {quoted[table]} VALUES ({marks})", made[table])

    with patch.object(TransactionTestCase, "_fixture_teardown", empty):
        yield


def _read(quoted_table: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {quoted_table} ORDER BY 1")
        return list(cursor.fetchall())
