"""SQLite: writes a batch with one statement of many rows for each change of a table; reading is elsewhere."""

from __future__ import annotations

import json
from functools import cache

from engine.models.keys import span
from engine.store.dialects.sqlite_run import list_of, run, run_many, write_rows, write_time
from engine.store.rows import Batch
from engine.store.tables import INSERTED, INSTANCES, KEPT, REPLACED, Table

FIXED = ("id", "started_at", "parent", "version_id", "business_key", "started_by", "trace")
COUNT_UNMOVED = (
    "SELECT count(*) FROM json_each(?) g JOIN engine_instance i ON i.id = json_extract(g.value, '$[0]') "
    "AND i.revision = json_extract(g.value, '$[1]')"
)
COUNT_LATEST = (
    "SELECT count(*) FROM json_each(?) g JOIN engine_process p ON p.id = json_extract(g.value, '$[0]') "
    "AND p.latest_id = json_extract(g.value, '$[1]') AND NOT p.is_suspended"
)
END_COLUMN = {"engine_incident": "closed_at", "engine_workitem": "ended_at"}
BY_KEY = (
    ("gone", "engine_token"),
    ("ended_timers", "engine_timer"),
    ("ended_subscriptions", "engine_subscription"),
    ("ended_jobs", "engine_job"),
    ("taken_deliveries", "engine_delivery"),
    ("taken_messages", "engine_bufferedmessage"),
)


def write(batch: Batch) -> bool:
    if batch.latest and run(COUNT_LATEST, list_of(batch.latest))[0][0] != len(batch.latest):
        return False
    if batch.moved and not move_instances(batch):
        return False
    end_by_key(batch)
    for member, name in BY_KEY:
        keys = getattr(batch, member)
        if keys:
            run(f"DELETE FROM {name} WHERE id IN (SELECT value FROM json_each(?))", list_of(keys))
    hold(batch.held, True, None)
    hold(batch.freed, False, write_time(batch.at))
    # Last: a token that left one wait may stand in the next one already.
    for member, table in INSERTED:
        rows = getattr(batch, member)
        if rows:
            run_many(insert(table, member in REPLACED, member in KEPT), write_rows(table, rows))
    return True


def move_instances(batch: Batch) -> bool:
    """All, or none where one has moved on."""
    expected = [[row.id, row.revision - 1] for row in batch.moved]
    if len(expected) > 1 and run(COUNT_UNMOVED, json.dumps(expected))[0][0] != len(expected):
        return False
    lines = [
        [value for name, value in zip(INSTANCES.columns, line, strict=True) if name not in FIXED] + key
        for key, line in zip(expected, write_rows(INSTANCES, batch.moved), strict=True)
    ]
    return run_many(update_instance(), lines) == len(lines)


def end_by_key(batch: Batch) -> None:
    at = write_time(batch.at)
    if batch.done_items:
        # Whoever completes what nobody had taken is its assignee from then on: their list of done work finds it.
        statement = (
            "UPDATE engine_workitem SET ended_at = ?, status = 1, ended_by = ?, "
            "assignee = coalesce(assignee, nullif(?, '')) WHERE id = ? AND status = 0"
        )
        run_many(statement, [(at, end.actor, end.actor, end.id) for end in batch.done_items])
    if batch.resolved_incidents:
        statement = "UPDATE engine_incident SET closed_at = ?, status = 1, closed_by = ? WHERE id = ? AND status = 0"
        run_many(statement, [(at, end.actor, end.id) for end in batch.resolved_incidents])
    for table, keys in (("engine_workitem", batch.cancelled_items), ("engine_incident", batch.obsolete_incidents)):
        if keys:
            statement = f"UPDATE {table} SET {END_COLUMN[table]} = ?, status = 2 WHERE id = ? AND status = 0"
            run_many(statement, [(at, key) for key in keys])


def hold(instances: list[int], is_held: bool, available: str | None) -> None:
    """Timers, deliveries and jobs of suspended instances are kept back, or let go again."""
    if not instances:
        return
    spans = [(is_held, *span(instance)) for instance in instances]
    run_many("UPDATE engine_timer SET is_held = ? WHERE id BETWEEN ? AND ?", spans)
    run_many("UPDATE engine_delivery SET is_held = ? WHERE instance = ?", [(is_held, one) for one in instances])
    run_many(
        "UPDATE engine_job SET available_at = ?, owner = NULL WHERE id BETWEEN ? AND ? AND retries > 0",
        [(available, first, last) for _, first, last in spans],
    )


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
