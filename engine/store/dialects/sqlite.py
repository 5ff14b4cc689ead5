"""SQLite: reading, claiming and leasing; a unit is the one write transaction that this database has."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from engine.models.keys import LARGEST_NUMBER, NUMBER_BITS, instance_of, instances_of, span
from engine.models.waits import CONTINUATION
from engine.store.contract import Meanwhile
from engine.store.dialects import sqlite_write
from engine.store.dialects.sqlite_run import columns, list_of, read_row, run, run_many, write_time
from engine.store.rows import (
    Batch,
    DeliveryRow,
    IncidentRow,
    ItemRow,
    JobRow,
    Loaded,
    MessageRow,
    OutboxRow,
    PutOff,
    SubscriptionRow,
    TimerRow,
    WaitKey,
)
from engine.store.tables import (
    DELIVERIES,
    INCIDENTS,
    INSTANCES,
    ITEMS,
    JOBS,
    MESSAGES,
    OUTBOX,
    SUBSCRIPTIONS,
    TIMERS,
    TOKENS,
    Table,
)
from engine.store.writing import write_transaction


def bare(table: Table) -> str:
    """RETURNING takes no alias."""
    return ", ".join(f'"{name}"' for name in table.columns)


GIVEN = "(SELECT value FROM json_each(?))"
OWN_TOKENS = f"t.id BETWEEN g.value << {NUMBER_BITS} AND g.value << {NUMBER_BITS} | {LARGEST_NUMBER}"
OWN_INSTANCE = f"i.id = w.id >> {NUMBER_BITS}"
LOAD_INSTANCES = f"SELECT {columns(INSTANCES, 'i')} FROM engine_instance i WHERE id IN {GIVEN}"
# CROSS JOIN keeps SQLite from turning the order of the join around.
LOAD_TOKENS = (
    f"SELECT {columns(TOKENS, 't')} FROM json_each(?) g CROSS JOIN engine_token t ON {OWN_TOKENS} ORDER BY t.id"
)
WAITS = (
    ("cancelled_items", "engine_workitem", "''", "AND status = 0"),
    ("ended_timers", "engine_timer", "trigger", ""),
    ("ended_subscriptions", "engine_subscription", "trigger", ""),
    ("ended_jobs", "engine_job", "trigger", ""),
    ("obsolete_incidents", "engine_incident", "trigger", "AND status = 0"),
)
LOAD_WAITS = " UNION ALL ".join(
    f"SELECT '{kind}', t.id, t.token, {trigger} FROM json_each(?) g CROSS JOIN {name} t ON {OWN_TOKENS} {test}"
    for kind, name, trigger, test in WAITS
)
OF_ONE = f"(? IS NULL OR w.id >> {NUMBER_BITS} = ?)"
DUE_DELIVERIES = (
    f"SELECT w.id, {columns(DELIVERIES, 'w')} FROM engine_delivery w "
    "WHERE NOT w.is_held AND w.not_before <= ? AND (? IS NULL OR w.instance = ?) ORDER BY w.id LIMIT ?"
)
DUE_TIMERS = (
    f"SELECT {columns(TIMERS, 'w')} FROM engine_timer w WHERE NOT w.is_held AND w.due <= ? AND {OF_ONE} "
    "ORDER BY w.due, w.id LIMIT ?"
)
DUE_CONTINUATIONS = (
    f"SELECT {columns(JOBS, 'w')} FROM engine_job w WHERE w.type = '{CONTINUATION}' AND w.available_at <= ? "
    "AND w.id BETWEEN ? AND ? ORDER BY w.available_at, w.id LIMIT ?"
)
# The states that have jobs of the type, found by leaping from one to the next in the index.
FIND_PLACES = (
    "WITH RECURSIVE places(state) AS ("
    "SELECT min(state_id) FROM engine_job WHERE type = ?1 AND available_at IS NOT NULL "
    "UNION ALL SELECT (SELECT min(state_id) FROM engine_job WHERE type = ?1 AND available_at IS NOT NULL "
    "AND state_id > places.state) FROM places WHERE places.state IS NOT NULL) "
    "SELECT state FROM places WHERE state IS NOT NULL {within}"
)
# One state at a time: only then the index gives the order.
FIND_JOBS = (
    "SELECT -priority, available_at, id FROM engine_job WHERE type = ? AND state_id = ? AND available_at <= ? "
    "ORDER BY priority DESC, available_at LIMIT ?"
)
READ_JOBS = f"SELECT {columns(JOBS, 'w')} FROM engine_job w WHERE id IN {GIVEN} ORDER BY available_at, id"
LEASE_JOBS = (
    "UPDATE engine_job SET owner = ?, available_at = ?, attempts = attempts + 1, "
    f"lapses = lapses + (owner IS NOT NULL) WHERE id IN {GIVEN} RETURNING {bare(JOBS)}"
)
PUT_OFF_JOB = (
    "UPDATE engine_job SET available_at = ?, owner = NULL, attempts = attempts - 1, lapses = 0, progress = ? "
    "WHERE id = ? AND owner = ?"
)
FIND_SUBSCRIPTIONS = (
    f"SELECT {columns(SUBSCRIPTIONS, 'w')} FROM engine_subscription w JOIN engine_instance i ON {OWN_INSTANCE} "
    "WHERE i.status = 0 AND w.name = ? AND w.kind = ? {key} ORDER BY w.id LIMIT ?"
)
FIND_MESSAGES = (
    f"SELECT id, {columns(MESSAGES, 'm')} FROM engine_bufferedmessage m WHERE name IN {GIVEN} "
    "AND expires_at > ? ORDER BY id LIMIT ?"
)
LEASE_OUTBOX = (
    "UPDATE engine_outbox SET available_at = ?, attempts = attempts + 1 WHERE id IN "
    "(SELECT o.id FROM engine_outbox o WHERE o.webhook = ? AND o.available_at <= ? AND NOT EXISTS "
    "(SELECT 1 FROM engine_outbox p WHERE p.webhook = o.webhook AND p.instance = o.instance "
    "AND p.available_at IS NOT NULL AND p.id < o.id) ORDER BY o.id LIMIT ?) "
    f"RETURNING id, {bare(OUTBOX)}"
)


class SqliteStore:
    shares_commits = True

    @contextmanager
    def unit(self, *, has_claims: bool = True) -> Iterator[None]:
        with write_transaction():
            yield

    def take_ids(self, count: int) -> list[int]:
        statement = (
            "INSERT INTO engine_counter (name, value) VALUES ('instance', ?) "
            "ON CONFLICT (name) DO UPDATE SET value = value + ? RETURNING value"
        )
        last: int = run(statement, count, count)[0][0]
        return list(range(last - count + 1, last + 1))

    def load(self, instances: Collection[int], *, is_locked: bool = False) -> dict[int, Loaded]:
        given = list_of(instances)
        found = {}
        for line in run(LOAD_INSTANCES, given):
            row = read_row(INSTANCES, line)
            found[row.id] = Loaded(row, [], [])
        given = list_of(found)
        for line in run(LOAD_TOKENS, given):
            found[instance_of(line[0])].tokens.append(TOKENS.row._make(line))
        for line in run(LOAD_WAITS, *[given] * len(WAITS)):
            found[instance_of(line[1])].waits.append(WaitKey._make(line))
        return found

    def load_items(self, keys: Collection[int], *, is_locked: bool = False) -> list[tuple[ItemRow, Loaded]]:
        return self.load_with(ITEMS, keys)

    def load_jobs(self, keys: Collection[int], *, is_locked: bool = False) -> list[tuple[JobRow, Loaded]]:
        return self.load_with(JOBS, keys)

    def load_incidents(self, keys: Collection[int], *, is_locked: bool = False) -> list[tuple[IncidentRow, Loaded]]:
        return self.load_with(INCIDENTS, keys)

    def load_with(self, table: Table, keys: Collection[int]) -> list[tuple[Any, Loaded]]:
        statement = f"SELECT {columns(table, 'w')} FROM {table.name} w WHERE id IN {GIVEN} ORDER BY id"
        waits = [read_row(table, line) for line in run(statement, list_of(keys))]
        found = self.load(instances_of(wait.id for wait in waits))
        return [(wait, found[instance_of(wait.id)]) for wait in waits]

    def write(self, batch: Batch, meanwhile: Meanwhile | None = None) -> bool:
        is_written = sqlite_write.write(batch)
        if meanwhile is not None:
            meanwhile()
        return is_written

    def claim_deliveries(self, limit: int, now: datetime, instance: int | None = None) -> list[tuple[int, DeliveryRow]]:
        lines = run(DUE_DELIVERIES, write_time(now), instance, instance, limit)
        return [(line[0], read_row(DELIVERIES, line[1:])) for line in lines]

    def claim_timers(self, limit: int, now: datetime, instance: int | None = None) -> list[TimerRow]:
        lines = run(DUE_TIMERS, write_time(now), instance, instance, limit)
        return [read_row(TIMERS, line) for line in lines]

    def claim_continuations(self, limit: int, now: datetime, instance: int | None = None) -> list[JobRow]:
        if instance is None:
            keys = find_fair([CONTINUATION], now, limit, None)
            lines = run(READ_JOBS, list_of(keys)) if keys else []
        else:
            lines = run(DUE_CONTINUATIONS, write_time(now), *span(instance), limit)
        return [read_row(JOBS, line) for line in lines]

    def lease_jobs(
        self, types: Collection[str], owner: str, until: datetime, now: datetime, limit: int,
        states: Collection[int] | None = None,
    ) -> list[JobRow]:  # fmt: skip
        keys = find_fair(types, now, limit, states)
        lines = run(LEASE_JOBS, owner, write_time(until), list_of(keys)) if keys else []
        return sorted((read_row(JOBS, line) for line in lines), key=lambda job: (-job.priority, job.id))

    def extend_lease(self, keys: Collection[int], owner: str, until: datetime) -> set[int]:
        statement = (
            f"UPDATE engine_job SET available_at = ? WHERE id IN {GIVEN} AND owner = ? "
            "AND available_at IS NOT NULL RETURNING id"
        )
        return {line[0] for line in run(statement, write_time(until), list_of(keys), owner)}

    def release_jobs(self, keys: Collection[int], owner: str, now: datetime) -> None:
        statement = (
            "UPDATE engine_job SET available_at = ?, owner = NULL, attempts = attempts - 1 "
            f"WHERE id IN {GIVEN} AND owner = ?"
        )
        run(statement, write_time(now), list_of(keys), owner)

    def put_off_jobs(self, jobs: Sequence[PutOff], owner: str) -> int:
        lines = [(write_time(again), progress, job, owner) for job, again, progress in jobs]
        return run_many(PUT_OFF_JOB, lines)

    def find_subscriptions(
        self, kind: int, name: str, key: str | None = None, *, is_any_key: bool = False, limit: int = 1000
    ) -> list[SubscriptionRow]:
        parameters: list[Any] = [name, kind]
        test = ""
        if not is_any_key:
            test = "AND (w.key = ? OR w.key IS NULL)" if key is not None else "AND w.key IS NULL"
            parameters += [key] if key is not None else []
        lines = run(FIND_SUBSCRIPTIONS.format(key=test), *parameters, limit)
        return [read_row(SUBSCRIPTIONS, line) for line in lines]

    def find_messages(self, names: Collection[str], now: datetime, limit: int = 1000) -> list[tuple[int, MessageRow]]:
        lines = run(FIND_MESSAGES, list_of(names), write_time(now), limit)
        return [(line[0], read_row(MESSAGES, line[1:])) for line in lines]

    def find_children(self, tokens: Collection[int]) -> dict[int, int]:
        statement = f"SELECT parent, id FROM engine_instance WHERE parent IN {GIVEN} AND status IN (0, 5)"
        return dict(run(statement, list_of(tokens)))

    def lease_outbox(self, webhook: int, until: datetime, now: datetime, limit: int) -> list[tuple[int, OutboxRow]]:
        lines = run(LEASE_OUTBOX, write_time(until), webhook, write_time(now), limit)
        return sorted((line[0], read_row(OUTBOX, line[1:])) for line in lines)

    def settle_outbox(
        self, now: datetime, sent: Collection[int], failed: Mapping[int, tuple[datetime | None, str]]
    ) -> None:
        if sent:
            statement = f"UPDATE engine_outbox SET sent_at = ?, available_at = NULL, error = '' WHERE id IN {GIVEN}"
            run(statement, write_time(now), list_of(sent))
        if failed:
            lines = [(write_time(again), error, number) for number, (again, error) in failed.items()]
            run_many("UPDATE engine_outbox SET available_at = ?, error = ? WHERE id = ?", lines)

    def drop_expired_messages(self, now: datetime) -> list[str | None]:
        statement = "DELETE FROM engine_bufferedmessage WHERE expires_at <= ? RETURNING message_id"
        return [line[0] for line in run(statement, write_time(now))]

    def find_process(self, key: str) -> tuple[int, int | None, bool] | None:
        lines = run("SELECT id, latest_id, is_suspended FROM engine_process WHERE key = ?", key)
        return (lines[0][0], lines[0][1], bool(lines[0][2])) if lines else None

    def knows_event(self, source: str, event: str) -> int | None:
        lines = run("SELECT instance FROM engine_inboundevent WHERE source = ? AND event = ?", source, event)
        return (lines[0][0] or 0) if lines else None


def find_fair(types: Collection[str], now: datetime, limit: int, states: Collection[int] | None) -> list[int]:
    """Keys of jobs that may be taken: of the same priority the states take turns."""
    within, given = (
        ("", []) if states is None else ("AND state IN (SELECT value FROM json_each(?2))", [list_of(states)])
    )
    statement = FIND_PLACES.format(within=within)
    places = [(one, line[0]) for one in types for line in run(statement, one, *given)]
    share = limit if len(places) == 1 else max(2 * limit // max(len(places), 1), 1)
    found = [
        (priority, turn, available, key)
        for one, state in places
        for turn, (priority, available, key) in enumerate(run(FIND_JOBS, one, state, write_time(now), share))
    ]
    return [line[-1] for line in heapq.nsmallest(limit, found)]
