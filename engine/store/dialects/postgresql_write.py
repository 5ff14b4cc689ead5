"""PostgreSQL: a whole batch as one statement, a common table expression over arrays; reading is elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from engine.models.keys import LARGEST_NUMBER, NUMBER_BITS
from engine.store.dialects.arrays import write_array
from engine.store.rows import Batch
from engine.store.tables import INSERTED, INSTANCES, KEPT, REPLACED, Table

Parameters = list[Any]
Part = Callable[[Batch, str, list[str], list[Any]], None]

# What an instance keeps from its start is not written again.
FIXED = ("id", "started_at", "parent", "version_id", "business_key", "started_by", "trace")

SPAN = f"BETWEEN i.id << {NUMBER_BITS} AND i.id << {NUMBER_BITS} | {LARGEST_NUMBER}"
HELD = (
    "held AS (SELECT i.id FROM engine_instance i JOIN unnest(%s::bigint[], %s::int[]) AS u(id, revision) "
    "ON i.id = u.id AND i.revision = u.revision ORDER BY i.id FOR UPDATE OF i)"
)
END_COLUMN = {"engine_incident": "closed_at", "engine_workitem": "ended_at"}


def compose(batch: Batch) -> tuple[str, Parameters]:
    """The statement and its parameters; it answers whether the batch fitted what is stored."""
    parts: list[str] = []
    parameters: Parameters = []
    gate = ""
    if len(batch.moved) == 1:
        parts += [move_instances(is_gated=False), "fits AS (SELECT count(*) = 1 AS ok FROM moved)"]
        parameters += columns_of(INSTANCES.types, batch.moved)
        gate = " (SELECT ok FROM fits)"
    elif batch.moved:
        # None moves unless all can: their rows are locked and counted first.
        parts += [HELD, "fits AS (SELECT count(*) = %s AS ok FROM held)", move_instances(is_gated=True)]
        revisions = columns_of(("bigint", "int"), [(row.id, row.revision - 1) for row in batch.moved])
        parameters += [*revisions, len(batch.moved), *columns_of(INSTANCES.types, batch.moved)]
        gate = " (SELECT ok FROM fits)"
    for member, table in INSERTED:
        rows = getattr(batch, member)
        if rows:
            parts.append(insert(member, table, gate))
            parameters += columns_of(table.types, rows)
    for member, compose_part in ENDINGS:
        if getattr(batch, member):
            compose_part(batch, gate, parts, parameters)
    answer = "SELECT ok FROM fits" if gate else "SELECT true"
    return f"WITH {', '.join(parts)} {answer}", parameters


def columns_of(types: Sequence[str], rows: Sequence[Any]) -> Parameters:
    return [write_array(name, column) for name, column in zip(types, zip(*rows, strict=True), strict=True)]


def keys_of(keys: Sequence[int]) -> str:
    return write_array("bigint", keys)


@cache
def move_instances(is_gated: bool) -> str:
    arrays = ", ".join(f"%s::{type_name}[]" for type_name in INSTANCES.types)
    changed = [name for name in INSTANCES.columns if name not in FIXED]
    values = ", ".join(f'"{name}" = u."{name}"' for name in changed)
    names = ", ".join(f'"{name}"' for name in INSTANCES.columns)
    return (
        f"moved AS (UPDATE engine_instance i SET {values} FROM unnest({arrays}) AS u({names}) "
        f"WHERE i.id = u.id AND i.revision = u.revision - 1{also(' (SELECT ok FROM fits)') if is_gated else ''} "
        "RETURNING 1)"
    )


@cache
def insert(member: str, table: Table, gate: str) -> str:
    names = ", ".join(f'"{name}"' for name in table.columns)
    arrays = ", ".join(f"%s::{type_name}[]" for type_name in table.types)
    where = f" WHERE{gate}" if gate else ""
    conflict = ""
    if member in REPLACED:
        values = ", ".join(f'"{name}" = excluded."{name}"' for name in table.columns[1:])
        conflict = f" ON CONFLICT (id) DO UPDATE SET {values}"
    elif member in KEPT:
        conflict = " ON CONFLICT DO NOTHING"
    return (
        f"put_{member} AS (INSERT INTO {table.name} ({names}) "
        f"SELECT * FROM unnest({arrays}) AS u({names}){where}{conflict})"
    )


def delete_tokens(batch: Batch, gate: str, parts: list[str], parameters: Parameters) -> None:
    parts.append(f"del_tokens AS (DELETE FROM engine_token WHERE id = ANY(%s::bigint[]){also(gate)})")
    parameters.append(keys_of(batch.gone))


# Whoever completes what nobody had taken is its assignee from then on: their list of done work finds it.
TAKE = ", assignee = coalesce(w.assignee, nullif(u.actor, ''))"


def end_by_key(member: str, table: str, actor_column: str, also_set: str = "") -> Part:
    """What somebody did: status 1, with the time and the name."""

    def compose_part(batch: Batch, gate: str, parts: list[str], parameters: Parameters) -> None:
        parts.append(
            f"end_{member} AS (UPDATE {table} w SET {END_COLUMN[table]} = %s, status = 1, "
            f"{actor_column} = u.actor{also_set} FROM unnest(%s::bigint[], %s::text[]) AS u(id, actor) "
            f"WHERE w.id = u.id AND w.status = 0{also(gate)})"
        )
        parameters.extend([batch.at, *columns_of(("bigint", "text"), getattr(batch, member))])

    return compose_part


def cancel_by_key(member: str, table: str) -> Part:
    """What nobody needs any more: status 2."""

    def compose_part(batch: Batch, gate: str, parts: list[str], parameters: Parameters) -> None:
        parts.append(
            f"{member} AS (UPDATE {table} w SET {END_COLUMN[table]} = %s, status = 2 "
            f"WHERE w.id = ANY(%s::bigint[]) AND w.status = 0{also(gate)})"
        )
        parameters.extend([batch.at, keys_of(getattr(batch, member))])

    return compose_part


def delete_by_key(member: str, table: str) -> Part:
    def compose_part(batch: Batch, gate: str, parts: list[str], parameters: Parameters) -> None:
        parts.append(f"del_{member} AS (DELETE FROM {table} WHERE id = ANY(%s::bigint[]){also(gate)})")
        parameters.append(keys_of(getattr(batch, member)))

    return compose_part


def hold(batch: Batch, gate: str, parts: list[str], parameters: Parameters) -> None:
    keep_back(batch.held, True, None, gate, parts, parameters)


def free(batch: Batch, gate: str, parts: list[str], parameters: Parameters) -> None:
    keep_back(batch.freed, False, batch.at, gate, parts, parameters)


def keep_back(
    instances: list[int], is_held: bool, available: Any, gate: str, parts: list[str], parameters: Parameters
) -> None:
    """Timers, deliveries and jobs of suspended instances wait, or may go on."""
    parts.append(
        "held_timers AS (UPDATE engine_timer w SET is_held = %s FROM unnest(%s::bigint[]) AS i(id) "
        f"WHERE w.id {SPAN}{also(gate)})"
    )
    parts.append(
        f"held_deliveries AS (UPDATE engine_delivery SET is_held = %s WHERE instance = ANY(%s::bigint[]){also(gate)})"
    )
    parts.append(
        "held_jobs AS (UPDATE engine_job w SET available_at = %s, owner = NULL FROM unnest(%s::bigint[]) AS i(id) "
        f"WHERE w.id {SPAN} AND w.retries > 0{also(gate)})"
    )
    keys = keys_of(instances)
    parameters += [is_held, keys, is_held, keys, available, keys]


def also(gate: str) -> str:
    return f" AND{gate}" if gate else ""


ENDINGS: tuple[tuple[str, Part], ...] = (
    ("gone", delete_tokens),
    ("done_items", end_by_key("done_items", "engine_workitem", "ended_by", TAKE)),
    ("resolved_incidents", end_by_key("resolved_incidents", "engine_incident", "closed_by")),
    ("cancelled_items", cancel_by_key("cancelled_items", "engine_workitem")),
    ("obsolete_incidents", cancel_by_key("obsolete_incidents", "engine_incident")),
    ("ended_timers", delete_by_key("ended_timers", "engine_timer")),
    ("ended_subscriptions", delete_by_key("ended_subscriptions", "engine_subscription")),
    ("ended_jobs", delete_by_key("ended_jobs", "engine_job")),
    ("taken_deliveries", delete_by_key("taken_deliveries", "engine_delivery")),
    ("held", hold),
    ("freed", free),
    ("taken_messages", delete_by_key("taken_messages", "engine_bufferedmessage")),
)
