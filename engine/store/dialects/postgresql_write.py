"""PostgreSQL: a whole batch as one statement, a common table expression; reading is elsewhere.

A table with one row gets it as single parameters, one with more as an array for each column; where the rows are alike,
what they all say comes as a single parameter too, which spares the server half of its work. The text depends on nothing
but which tables have none, one, several or several alike, so there are few of them and each is prepared once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

from engine.models.keys import LARGEST_NUMBER, NUMBER_BITS, instance_of
from engine.store.dialects.arrays import write_array
from engine.store.rows import Batch
from engine.store.tables import INSERTED, INSTANCES, KEPT, REPLACED, Table

Parameters = list[Any]
ONE, ALIKE, MANY = "one", "alike", "many"
# Members of the batch that have rows, how these come, and whether a row may be there already.
Shape = tuple[tuple[str, str, bool], ...]

# What all rows of a batch mostly say: instances of one process that have gone one way.
SAID_BY_ALL = {
    "new": {
        "started_at", "ended_at", "version_id", "revision", "sequence", "tokens_made", "waits_made", "status", "error",
        "depth", "started_by",
    },
    # Not the revision: as one value, the planner would take it for what finds the rows.
    "moved": {"ended_at", "sequence", "tokens_made", "waits_made", "status", "error", "depth"},
    "tokens": {"state_id", "scope", "loop_index", "flow"},
    "steps": {"at", "sequence"},
    "items": {"ended_at", "token", "state_id", "priority", "status", "ended_by", "form", "owner"},
}  # fmt: skip
# What an instance keeps from its start is not written again.
FIXED = ("id", "started_at", "parent", "version_id", "business_key", "started_by", "trace")
MOVED_PLACES = (0, *(place for place, name in enumerate(INSTANCES.columns) if name not in FIXED))
MOVED_COLUMNS = tuple(INSTANCES.columns[place] for place in MOVED_PLACES)
MOVED_TYPES = tuple(INSTANCES.types[place] for place in MOVED_PLACES)
REVISION = INSTANCES.columns.index("revision")

SPAN = f"BETWEEN i.id << {NUMBER_BITS} AND i.id << {NUMBER_BITS} | {LARGEST_NUMBER}"
LATEST = (
    "latest AS (SELECT count(*) = %s AS ok FROM engine_process p JOIN unnest(%s::int[], %s::int[]) AS u(id, version) "
    "ON p.id = u.id AND p.latest_id = u.version AND NOT p.is_suspended)"
)
ONE_LATEST = (
    "latest AS (SELECT count(*) = 1 AS ok FROM engine_process "
    "WHERE id = %s::int AND latest_id = %s::int AND NOT is_suspended)"
)
IS_LATEST, FITS = " (SELECT ok FROM latest)", " (SELECT ok FROM fits)"
# What has moved before the last of many was found to be stale must not stay: the statement fails.
ALL_FIT = "(SELECT 1 / count(*) FROM fits WHERE ok) = 1"
# Status 0, said so that no index of open rows tempts the planner away from the keys.
IS_OPEN = "w.status < 1"
END_COLUMN = {"engine_incident": "closed_at", "engine_workitem": "ended_at"}


class Part(NamedTuple):
    """What is written for one member of the batch."""

    text: Callable[[str], str]  # under the gate
    parameters: Callable[[Batch], Parameters]


def compose(batch: Batch) -> tuple[str, Parameters]:
    """The statement and its parameters; it answers whether the batch fitted what is stored."""
    shape: list[tuple[str, str, bool]] = []
    parameters: Parameters = []
    latest, moved = batch.latest, batch.moved
    if latest:
        shape.append(("latest", ONE if len(latest) == 1 else MANY, True))
        parameters += latest[0] if len(latest) == 1 else [len(latest), *columns_of(("int", "int"), latest)]
    if moved:
        form, given = one_moved(moved[0]) if len(moved) == 1 else many_moved(moved)
        shape.append(("moved", form, True))
        parameters += given
    for member, table in INSERTED:
        rows = getattr(batch, member)
        if rows:
            form, given = (ONE, rows[0]) if len(rows) == 1 else write_columns(member, table.columns, table.types, rows)
            shape.append((member, form, member in REPLACED and not are_of_new(rows, batch)))
            parameters += given
    for member, part in ENDINGS.items():
        if getattr(batch, member):
            shape.append((member, MANY, True))
            parameters += part.parameters(batch)
    return compose_text(tuple(shape)), parameters


def write_columns(
    member: str, names: Sequence[str], types: Sequence[str], rows: Sequence[Any]
) -> tuple[str, Parameters]:
    """How the rows come, and their parameters: what all say first, then the arrays."""
    columns = list(zip(*rows, strict=True))
    places = places_said_by_all(member, tuple(names))
    if not places or any(column.count(column[0]) < len(column) for column in (columns[place] for place in places)):
        return MANY, [write_array(name, column) for name, column in zip(types, columns, strict=True)]
    others = [place for place in range(len(names)) if place not in places]
    return ALIKE, [
        *(columns[place][0] for place in places),
        *(write_array(types[place], columns[place]) for place in others),
    ]


@cache
def places_said_by_all(member: str, names: tuple[str, ...]) -> tuple[int, ...]:
    said = SAID_BY_ALL.get(member, ())
    return tuple(place for place, name in enumerate(names) if name in said)


@lru_cache(maxsize=1024)
def compose_text(shape: Shape) -> str:
    parts: list[str] = []
    gate = answer = ""
    for member, form, may_exist in shape:
        if member == "latest":
            parts.append(ONE_LATEST if form == ONE else LATEST)
            gate = answer = IS_LATEST
        elif member == "moved" and form == ONE:
            parts += [move_one(gate), "fits AS (SELECT count(*) = 1 AS ok FROM moved)"]
            gate = answer = FITS
        elif member == "moved":
            parts += [move_many(gate, form), "fits AS (SELECT count(*) = %s AS ok FROM moved)"]
            gate, answer = FITS, f" CASE WHEN{gate} THEN {ALL_FIT} ELSE false END" if gate else f" {ALL_FIT}"
        elif member in ENDINGS:
            parts.append(ENDINGS[member].text(gate))
        else:
            parts.append(insert(member, TABLES[member], gate, form, may_exist=may_exist))
    return f"WITH {', '.join(parts)} SELECT{answer or ' true'}"


def are_of_new(rows: Sequence[Any], batch: Batch) -> bool:
    """Whether all belong to instances that start now: to look for what may be there takes an insert a third longer."""
    new = {row.id for row in batch.new}
    return bool(new) and all(instance_of(row.id) in new for row in rows)


def columns_of(types: Sequence[str], rows: Sequence[Any]) -> Parameters:
    return [write_array(name, column) for name, column in zip(types, zip(*rows, strict=True), strict=True)]


def keys_of(keys: Sequence[int]) -> str:
    return write_array("bigint", keys)


def one_moved(row: Any) -> tuple[str, Parameters]:
    values = [row[place] for place in MOVED_PLACES]
    return ONE, [*values[1:], values[0], row[REVISION] - 1]


def many_moved(rows: Sequence[Any]) -> tuple[str, Parameters]:
    """In the order of their keys: whoever moves some of the same ones takes them in this order too."""
    changed = [itemgetter(*MOVED_PLACES)(row) for row in sorted(rows)]
    form, parameters = write_columns("moved", MOVED_COLUMNS, MOVED_TYPES, changed)
    return form, [*parameters, len(rows)]


def move_one(gate: str) -> str:
    changed = zip(MOVED_COLUMNS[1:], MOVED_TYPES[1:], strict=True)
    values = ", ".join(f'"{name}" = %s::{type_name}' for name, type_name in changed)
    test = f"id = %s::bigint AND revision = %s::int{also(gate)}"
    return f"moved AS (UPDATE engine_instance SET {values} WHERE {test} RETURNING 1)"


def move_many(gate: str, form: str) -> str:
    source = Source("moved", MOVED_COLUMNS, MOVED_TYPES, form)
    values = ", ".join(f'"{name}" = {value}' for name, value in zip(MOVED_COLUMNS[1:], source.values[1:], strict=True))
    return (
        f"moved AS (UPDATE engine_instance i SET {values} FROM {source.rows} "
        f"WHERE i.id = u.id AND i.revision = u.revision - 1{also(gate)} RETURNING 1)"
    )


class Source:
    """Rows of several, as they come: an expression for each column, and what they are taken from."""

    def __init__(self, member: str, names: Sequence[str], types: Sequence[str], form: str) -> None:
        places = places_said_by_all(member, tuple(names)) if form == ALIKE else ()
        others = [place for place in range(len(names)) if place not in places]
        self.values = [f"%s::{types[place]}" if place in places else f'u."{name}"' for place, name in enumerate(names)]
        arrays = ", ".join(f"%s::{types[place]}[]" for place in others)
        columns = ", ".join(f'"{names[place]}"' for place in others)
        self.rows = f"unnest({arrays}) AS u({columns})"


@cache
def insert(member: str, table: Table, gate: str, form: str, *, may_exist: bool) -> str:
    names = ", ".join(f'"{name}"' for name in table.columns)
    if form == ONE:
        given = ", ".join(f"%s::{type_name}" for type_name in table.types)
    else:
        source = Source(member, table.columns, table.types, form)
        given = f"{', '.join(source.values)} FROM {source.rows}"
    where = f" WHERE{gate}" if gate else ""
    conflict = ""
    if may_exist:
        values = ", ".join(f'"{name}" = excluded."{name}"' for name in table.columns[1:])
        conflict = f" ON CONFLICT (id) DO UPDATE SET {values}"
    elif member in KEPT:
        conflict = " ON CONFLICT DO NOTHING"
    return f"put_{member} AS (INSERT INTO {table.name} ({names}) SELECT {given}{where}{conflict})"


# Whoever completes what nobody had taken is its assignee from then on: their list of done work finds it.
TAKE = ", assignee = coalesce(w.assignee, nullif(u.actor, ''))"


def end_by_key(member: str, table: str, actor_column: str, also_set: str = "") -> Part:
    """What somebody did: status 1, with the time and the name."""
    return Part(
        lambda gate: (
            f"end_{member} AS (UPDATE {table} w SET {END_COLUMN[table]} = %s::timestamptz, status = 1, "
            f"{actor_column} = u.actor{also_set} FROM unnest(%s::bigint[], %s::text[]) AS u(id, actor) "
            f"WHERE w.id = u.id AND {IS_OPEN}{also(gate)})"
        ),
        lambda batch: [batch.at, *columns_of(("bigint", "text"), getattr(batch, member))],
    )


def cancel_by_key(member: str, table: str) -> Part:
    """What nobody needs any more: status 2."""
    return Part(
        lambda gate: (
            f"{member} AS (UPDATE {table} w SET {END_COLUMN[table]} = %s::timestamptz, status = 2 "
            f"WHERE w.id = ANY(%s::bigint[]) AND {IS_OPEN}{also(gate)})"
        ),
        lambda batch: [batch.at, keys_of(getattr(batch, member))],
    )


def delete_by_key(member: str, table: str) -> Part:
    return Part(
        lambda gate: f"del_{member} AS (DELETE FROM {table} WHERE id = ANY(%s::bigint[]){also(gate)})",
        lambda batch: [keys_of(getattr(batch, member))],
    )


def keep_back(member: str, is_held: bool) -> Part:
    """Timers, deliveries and jobs of suspended instances wait, or may go on."""

    def parameters(batch: Batch) -> Parameters:
        keys = keys_of(getattr(batch, member))
        return [is_held, keys, is_held, keys, None if is_held else batch.at, keys]

    return Part(
        lambda gate: (
            f"{member}_timers AS (UPDATE engine_timer w SET is_held = %s::boolean "
            f"FROM unnest(%s::bigint[]) AS i(id) WHERE w.id {SPAN}{also(gate)}), "
            f"{member}_deliveries AS (UPDATE engine_delivery SET is_held = %s::boolean "
            f"WHERE instance = ANY(%s::bigint[]){also(gate)}), "
            f"{member}_jobs AS (UPDATE engine_job w SET available_at = %s::timestamptz, owner = NULL "
            f"FROM unnest(%s::bigint[]) AS i(id) WHERE w.id {SPAN} AND w.retries > 0{also(gate)})"
        ),
        parameters,
    )


def also(gate: str) -> str:
    return f" AND{gate}" if gate else ""


TABLES = dict(INSERTED)
ENDINGS: dict[str, Part] = {
    "gone": delete_by_key("gone", "engine_token"),
    "done_items": end_by_key("done_items", "engine_workitem", "ended_by", TAKE),
    "resolved_incidents": end_by_key("resolved_incidents", "engine_incident", "closed_by"),
    "cancelled_items": cancel_by_key("cancelled_items", "engine_workitem"),
    "obsolete_incidents": cancel_by_key("obsolete_incidents", "engine_incident"),
    "ended_timers": delete_by_key("ended_timers", "engine_timer"),
    "ended_subscriptions": delete_by_key("ended_subscriptions", "engine_subscription"),
    "ended_jobs": delete_by_key("ended_jobs", "engine_job"),
    "taken_deliveries": delete_by_key("taken_deliveries", "engine_delivery"),
    "held": keep_back("held", True),
    "freed": keep_back("freed", False),
    "taken_messages": delete_by_key("taken_messages", "engine_bufferedmessage"),
}
