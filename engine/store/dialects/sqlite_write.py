"""SQLite: writes a batch with one statement of many rows for each change of a table; reading is elsewhere."""

from __future__ import annotations

from functools import cache

from engine.models.keys import LARGEST_NUMBER, NUMBER_BITS
from engine.store.dialects.sqlite_run import list_of, run, run_many, write_rows, write_time
from engine.store.rows import Batch
from engine.store.tables import INSERTED, INSTANCES, KEPT, REPLACED, Table

FIXED = ("id", "started_at", "parent", "version_id", "business_key")
IN_INSTANCE = f"id BETWEEN ? >> {NUMBER_BITS} << {NUMBER_BITS} AND ? | {LARGEST_NUMBER}"
OF_CLOSED = f"{IN_INSTANCE} AND token = ? & {LARGEST_NUMBER}"
END_COLUMN = {"engine_incident": "closed_at", "engine_workitem": "ended_at"}
DELETED_WAITS = ("engine_timer", "engine_subscription", "engine_job")
BY_KEY = (
    ("gone", "engine_token"),
    ("ended_timers", "engine_timer"),
    ("ended_subscriptions", "engine_subscription"),
    ("ended_jobs", "engine_job"),
    ("taken_deliveries", "engine_delivery"),
    ("taken_messages", "engine_bufferedmessage"),
)


def write(batch: Batch) -> bool:
    if batch.moved and not move_instances(batch):
        return False
    end_by_key(batch)
    if batch.closed:
        end_closed(batch)
    if batch.dropped:
        for name in DELETED_WAITS:
            lines = [(key, key, key, trigger) for key, trigger in batch.dropped]
            run_many(f"DELETE FROM {name} WHERE {OF_CLOSED} AND trigger = ?", lines)
    for member, name in BY_KEY:
        keys = getattr(batch, member)
        if keys:
            run(f"DELETE FROM {name} WHERE id IN (SELECT value FROM json_each(?))", list_of(keys))
    # Last: a token that left one wait may stand in the next one already.
    for member, table in INSERTED:
        rows = getattr(batch, member)
        if rows:
            run_many(insert(table, member in REPLACED, member in KEPT), write_rows(table, rows))
    return True


def move_instances(batch: Batch) -> bool:
    """All that are still at the revision before; a caller who gets False rolls back."""
    lines = [
        [value for name, value in zip(INSTANCES.columns, line, strict=True) if name not in FIXED]
        + [row.id, row.revision - 1]
        for row, line in zip(batch.moved, write_rows(INSTANCES, batch.moved), strict=True)
    ]
    return run_many(update_instance(), lines) == len(lines)


def end_by_key(batch: Batch) -> None:
    for table, ended, actor_column in (
        ("engine_workitem", batch.done_items, "ended_by"),
        ("engine_incident", batch.resolved_incidents, "closed_by"),
    ):
        if ended:
            at = write_time(batch.at)
            statement = (
                f"UPDATE {table} SET {END_COLUMN[table]} = ?, status = 1, {actor_column} = ? "
                "WHERE id = ? AND status = 0"
            )
            run_many(statement, [(at, end.actor, end.id) for end in ended])


def end_closed(batch: Batch) -> None:
    lines = [(key, key, key) for key in batch.closed]
    for name in DELETED_WAITS:
        run_many(f"DELETE FROM {name} WHERE {OF_CLOSED}", lines)
    run_many(
        f"DELETE FROM engine_delivery WHERE instance = ? >> {NUMBER_BITS} AND token = ? & {LARGEST_NUMBER}",
        [(key, key) for key in batch.closed],
    )
    for name, column in END_COLUMN.items():
        statement = f"UPDATE {name} SET {column} = ?, status = 2 WHERE {OF_CLOSED} AND status = 0"
        run_many(statement, [(write_time(batch.at), *line) for line in lines])


@cache
def insert(table: Table, is_replaced: bool, is_kept: bool) -> str:
    names = ", ".join(f'"{name}"' for name in table.columns)
    conflict = ""
    if is_replaced:
        values = ", ".join(f'"{name}" = excluded."{name}"' for name in table.columns[1:])
        conflict = f" ON CONFLICT (id) DO UPDATE SET {values}"
    elif is_kept:
        conflict = " ON CONFLICT DO NOTHING"
    marks = ", ".join("?" * len(table.columns))
    return f"INSERT INTO {table.name} ({names}) VALUES ({marks}){conflict}"


@cache
def update_instance() -> str:
    values = ", ".join(f'"{name}" = ?' for name in INSTANCES.columns if name not in FIXED)
    return f"UPDATE engine_instance SET {values} WHERE id = ? AND revision = ?"
