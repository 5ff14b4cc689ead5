"""PostgreSQL: reading, claiming and leasing; what a batch writes is composed in postgresql_write."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from functools import cache
from typing import Any

from django.db import DataError, connection, transaction
from psycopg.errors import DivisionByZero

from engine.models.keys import LARGEST_NUMBER, NUMBER_BITS, instance_of, instances_of
from engine.models.waits import CONTINUATION
from engine.store.contract import Meanwhile
from engine.store.dialects import postgresql_write
from engine.store.dialects.postgresql_run import run
from engine.store.ids import InstanceIds
from engine.store.rows import (
    Batch,
    DeliveryRow,
    IncidentRow,
    InstanceRow,
    ItemRow,
    JobRow,
    Loaded,
    MessageRow,
    OutboxRow,
    PutOff,
    SubscriptionRow,
    TimerRow,
    TokenRow,
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
    Table,
)
from engine.store.writing import is_writing, write_transaction

SPAN = f"BETWEEN i.id << {NUMBER_BITS} AND i.id << {NUMBER_BITS} | {LARGEST_NUMBER}"
OF_ONE = f"w.id >> {NUMBER_BITS} = %s"
OWN_INSTANCE = f"i.id = w.id >> {NUMBER_BITS}"


def columns(table: Table, alias: str) -> str:
    return ", ".join(
        f'{alias}."{name}"' if type_name != "jsonb" else f'{alias}."{name}"::text'
        for name, type_name in zip(table.columns, table.types, strict=True)
    )


# The first line of an instance has its own values, each further one a token or a wait: large variables come
# once. `kind` says which: 0 the instance, 1 a token, then the waits in the order of WAIT_TABLES.
LARGE = ("variables", "data")
INSTANCE_COLUMNS = ", ".join(
    f"CASE WHEN t.kind = 0 THEN {column} END" if name in LARGE else column
    for name, column in zip(INSTANCES.columns, columns(INSTANCES, "i").split(", "), strict=True)
)
# The status is read and not asked for: the indexes of open rows would tempt the planner away from the key.
WAIT_TABLES = (
    ("cancelled_items", "engine_workitem", "''::text", "status"),
    ("ended_timers", "engine_timer", "trigger", "0"),
    ("ended_subscriptions", "engine_subscription", "trigger", "0"),
    ("ended_jobs", "engine_job", "trigger", "0"),
    ("obsolete_incidents", "engine_incident", "trigger", "status"),
)
OWN_LINE = (
    "SELECT 0 AS kind, NULL::bigint AS id, NULL::int AS state_id, NULL::int AS scope, NULL::int AS loop_index, "
    "NULL::int AS flow, NULL AS trigger, NULL AS variables, NULL AS data"
)
LINES = " UNION ALL ".join(
    [
        OWN_LINE,
        f"SELECT 1, id, state_id, scope, loop_index, flow, NULL, variables, data FROM engine_token WHERE id {SPAN}",
        *(
            f"SELECT {kind}, id, token, {status}, NULL, NULL, {trigger}, NULL, NULL FROM {name} WHERE id {SPAN}"
            for kind, (_, name, trigger, status) in enumerate(WAIT_TABLES, 2)
        ),
    ]
)
LINE_COLUMNS = (
    f"t.kind, t.id, t.state_id, t.scope, t.loop_index, t.flow, t.variables, t.data, t.trigger, {INSTANCE_COLUMNS}"
)
LOAD = (
    f"SELECT {LINE_COLUMNS} FROM engine_instance i CROSS JOIN LATERAL ({LINES}) t "
    "WHERE i.id = ANY(%s::bigint[]) ORDER BY i.id, t.kind, t.id"
)
TOKEN_WIDTH = 8
LINE_WIDTH = TOKEN_WIDTH + 1 + len(INSTANCES.columns)
# A lock is taken before the read, never by it: a reader that has waited would get the new instance with the
# tokens of its old snapshot.
LOCK = "SELECT id FROM engine_instance WHERE id = ANY(%s::bigint[]) ORDER BY id FOR UPDATE"
DUE = {
    "deliveries": (
        f"SELECT w.id, {columns(DELIVERIES, 'w')} FROM engine_delivery w JOIN engine_instance i "
        "ON i.id = w.instance WHERE NOT w.is_held AND w.not_before <= %s {of_one} ORDER BY w.id LIMIT %s "
        "FOR UPDATE SKIP LOCKED"
    ),
    "timers": (
        f"SELECT {columns(TIMERS, 'w')} FROM engine_timer w JOIN engine_instance i ON {OWN_INSTANCE} "
        "WHERE NOT w.is_held AND w.due <= %s {of_one} ORDER BY w.due, w.id LIMIT %s FOR UPDATE SKIP LOCKED"
    ),
    "continuations": (
        f"SELECT {columns(JOBS, 'w')} FROM engine_job w JOIN engine_instance i ON {OWN_INSTANCE} "
        f"WHERE w.type = '{CONTINUATION}' AND w.available_at <= %s {{of_one}} ORDER BY w.available_at, w.id LIMIT %s "
        "FOR UPDATE SKIP LOCKED"
    ),
}
# The states that have jobs of the types, found by leaping from one to the next in the index.
PLACES = (
    "given AS (SELECT unnest(%s::text[]) AS type), "
    "places AS (SELECT g.type, (SELECT min(state_id) FROM engine_job WHERE type = g.type AND available_at IS NOT NULL) "
    "AS state_id FROM given g UNION ALL SELECT p.type, (SELECT min(state_id) FROM engine_job WHERE type = p.type "
    "AND available_at IS NOT NULL AND state_id > p.state_id) FROM places p WHERE p.state_id IS NOT NULL), "
    "shares AS (SELECT type, state_id, count(*) OVER () AS number FROM places WHERE state_id IS NOT NULL {within})"
)
# Each state reads the beginning of its own part of the index, and the states take turns.
FAIR = (
    "SELECT j.id FROM shares, LATERAL (SELECT id, priority, available_at FROM engine_job "
    "WHERE type = shares.type AND state_id = shares.state_id AND available_at <= %s "
    "ORDER BY priority DESC, available_at LIMIT CASE WHEN number = 1 THEN %s ELSE greatest(2 * %s / number, 1) END "
    "FOR UPDATE SKIP LOCKED) j ORDER BY j.priority DESC, "
    "row_number() OVER (PARTITION BY shares.type, shares.state_id ORDER BY j.priority DESC, j.available_at), "
    "j.available_at, j.id LIMIT %s"
)
# A lease that a crash of the database forgets does no harm: its commit does not wait for the disk.
LEASE_JOBS = (
    f"WITH RECURSIVE {PLACES}, quick AS (SELECT set_config('synchronous_commit', 'off', true)), fair AS ({FAIR}) "
    "UPDATE engine_job w SET owner = %s, available_at = %s, attempts = attempts + 1, "
    # As an array: of a join the planner would expect very many rows, and read the whole table.
    "lapses = lapses + (owner IS NOT NULL)::int WHERE w.id = ANY(ARRAY(SELECT id FROM fair)) "
    f"AND (SELECT true FROM quick) RETURNING {columns(JOBS, 'w')}"
)
FAIR_CONTINUATIONS = (
    f"WITH RECURSIVE {PLACES.format(within='')}, fair AS ({FAIR}) "
    f"SELECT {columns(JOBS, 'w')} FROM engine_job w JOIN engine_instance i ON {OWN_INSTANCE} "
    "WHERE w.id = ANY(ARRAY(SELECT id FROM fair)) ORDER BY w.available_at, w.id FOR UPDATE OF i SKIP LOCKED"
)
PUT_OFF_JOBS = (
    "UPDATE engine_job w SET available_at = g.again, owner = NULL, attempts = attempts - 1, lapses = 0, "
    "progress = g.progress FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[]) AS g(id, again, progress) "
    "WHERE w.id = g.id AND w.owner = %s RETURNING w.id"
)
FIND_SUBSCRIPTIONS = (
    f"SELECT {columns(SUBSCRIPTIONS, 'w')} FROM engine_subscription w JOIN engine_instance i ON {OWN_INSTANCE} "
    "WHERE i.status = 0 AND w.name = %s AND w.kind = %s {key} ORDER BY w.id LIMIT %s"
)
FIND_MESSAGES = (
    f"SELECT id, {columns(MESSAGES, 'm')} FROM engine_bufferedmessage m WHERE name = ANY(%s::text[]) "
    "AND expires_at > %s ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED"
)
LEASE_OUTBOX = (
    # As an array, which is made once: a join may ask for each of its rows anew, and gets other ones each time.
    "UPDATE engine_outbox w SET available_at = %s, attempts = attempts + 1 "
    "WHERE w.id = ANY(ARRAY(SELECT id FROM engine_outbox o "
    "WHERE webhook = %s AND available_at <= %s AND NOT EXISTS (SELECT 1 FROM engine_outbox p WHERE "
    "p.webhook = o.webhook AND p.instance = o.instance AND p.available_at IS NOT NULL AND p.id < o.id) "
    "ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)) "
    f"RETURNING w.id, {columns(OUTBOX, 'w')}"
)


class PostgresqlStore:
    """Statements are prepared: a batch's statement has one text for each combination of tables."""

    shares_commits = False

    def __init__(self) -> None:
        self.ids = InstanceIds(reserve_block)

    @contextmanager
    def unit(self, *, has_claims: bool = True) -> Iterator[None]:
        if has_claims:
            with write_transaction():
                yield
        else:
            yield  # it writes with one statement, which is its own transaction

    def take_ids(self, count: int) -> list[int]:
        return self.ids.take(count)

    def load(self, instances: Collection[int], *, is_locked: bool = False) -> dict[int, Loaded]:
        if is_locked:
            run(LOCK, list(instances))
        return gather(run(LOAD, list(instances)))

    def load_items(self, keys: Collection[int], *, is_locked: bool = False) -> list[tuple[ItemRow, Loaded]]:
        return load_with(ITEMS, keys, is_locked)

    def load_jobs(self, keys: Collection[int], *, is_locked: bool = False) -> list[tuple[JobRow, Loaded]]:
        return load_with(JOBS, keys, is_locked)

    def load_incidents(self, keys: Collection[int], *, is_locked: bool = False) -> list[tuple[IncidentRow, Loaded]]:
        return load_with(INCIDENTS, keys, is_locked)

    def write(self, batch: Batch, meanwhile: Meanwhile | None = None) -> bool:
        statement, parameters = postgresql_write.compose(batch)
        # A statement that fails would take a transaction along that is not the engine's own.
        is_guest = len(batch.moved) > 1 and connection.in_atomic_block and not is_writing()
        try:
            with transaction.atomic() if is_guest else nullcontext():
                return bool(run(statement, *parameters, meanwhile=meanwhile)[0][0])
        except DataError as error:
            if isinstance(error.__cause__, DivisionByZero):
                return False
            raise

    def claim_deliveries(self, limit: int, now: datetime, instance: int | None = None) -> list[tuple[int, DeliveryRow]]:
        lines = claim("deliveries", "w.instance = %s", limit, now, instance)
        return [(line[0], DeliveryRow(*line[1:])) for line in lines]

    def claim_timers(self, limit: int, now: datetime, instance: int | None = None) -> list[TimerRow]:
        return [TimerRow(*line) for line in claim("timers", OF_ONE, limit, now, instance)]

    def claim_continuations(self, limit: int, now: datetime, instance: int | None = None) -> list[JobRow]:
        if instance is None:
            lines = run(FAIR_CONTINUATIONS, [CONTINUATION], now, limit, limit, limit)
        else:
            lines = claim("continuations", OF_ONE, limit, now, instance)
        return [JobRow(*line) for line in lines]

    def lease_jobs(
        self, types: Collection[str], owner: str, until: datetime, now: datetime, limit: int,
        states: Collection[int] | None = None,
    ) -> list[JobRow]:  # fmt: skip
        within, given = ("", []) if states is None else ("AND state_id = ANY(%s::int[])", [list(states)])
        statement = LEASE_JOBS.format(within=within)
        lines = run(statement, list(types), *given, now, limit, limit, limit, owner, until)
        return sorted((JobRow(*line) for line in lines), key=lambda job: (-job.priority, job.id))

    def extend_lease(self, keys: Collection[int], owner: str, until: datetime) -> set[int]:
        statement = (
            "UPDATE engine_job SET available_at = %s WHERE id = ANY(%s::bigint[]) AND owner = %s "
            "AND available_at IS NOT NULL RETURNING id"
        )
        return {line[0] for line in run(statement, until, list(keys), owner)}

    def release_jobs(self, keys: Collection[int], owner: str, now: datetime) -> None:
        statement = (
            "UPDATE engine_job SET available_at = %s, owner = NULL, attempts = attempts - 1 "
            "WHERE id = ANY(%s::bigint[]) AND owner = %s"
        )
        run(statement, now, list(keys), owner)

    def put_off_jobs(self, jobs: Sequence[PutOff], owner: str) -> int:
        keys, moments, progress = ([job[place] for job in jobs] for place in range(3))
        return len(run(PUT_OFF_JOBS, keys, moments, progress, owner))

    def find_subscriptions(
        self, kind: int, name: str, key: str | None = None, *, is_any_key: bool = False, limit: int = 1000
    ) -> list[SubscriptionRow]:
        parameters: list[Any] = [name, kind]
        test = ""
        if not is_any_key:
            test = "AND (w.key = %s OR w.key IS NULL)" if key is not None else "AND w.key IS NULL"
            parameters += [key] if key is not None else []
        lines = run(FIND_SUBSCRIPTIONS.format(key=test), *parameters, limit)
        return [SubscriptionRow(*line) for line in lines]

    def find_messages(self, names: Collection[str], now: datetime, limit: int = 1000) -> list[tuple[int, MessageRow]]:
        return [(line[0], MessageRow(*line[1:])) for line in run(FIND_MESSAGES, list(names), now, limit)]

    def find_children(self, tokens: Collection[int]) -> dict[int, int]:
        statement = "SELECT parent, id FROM engine_instance WHERE parent = ANY(%s::bigint[]) AND status IN (0, 5)"
        return dict(run(statement, list(tokens)))

    def lease_outbox(self, webhook: int, until: datetime, now: datetime, limit: int) -> list[tuple[int, OutboxRow]]:
        lines = run(LEASE_OUTBOX, until, webhook, now, limit)
        return sorted((line[0], OutboxRow(*line[1:])) for line in lines)

    def settle_outbox(
        self, now: datetime, sent: Collection[int], failed: Mapping[int, tuple[datetime | None, str]]
    ) -> None:
        if sent:
            statement = (
                "UPDATE engine_outbox SET sent_at = %s, available_at = NULL, error = '' WHERE id = ANY(%s::bigint[])"
            )
            run(statement, now, list(sent))
        if failed:
            statement = (
                "UPDATE engine_outbox w SET available_at = u.again, error = u.error "
                "FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[]) AS u(id, again, error) WHERE w.id = u.id"
            )
            run(
                statement,
                list(failed),
                [again for again, _ in failed.values()],
                [e for _, e in failed.values()],
            )

    def drop_expired_messages(self, now: datetime) -> list[str | None]:
        statement = "DELETE FROM engine_bufferedmessage WHERE expires_at <= %s RETURNING message_id"
        return [line[0] for line in run(statement, now)]

    def find_process(self, key: str) -> tuple[int, int | None, bool] | None:
        lines = run("SELECT id, latest_id, is_suspended FROM engine_process WHERE key = %s", key)
        return lines[0] if lines else None

    def knows_event(self, source: str, event: str) -> int | None:
        lines = run("SELECT instance FROM engine_inboundevent WHERE source = %s AND event = %s", source, event)
        return (lines[0][0] or 0) if lines else None


def claim(queue: str, of_one: str, limit: int, now: datetime, instance: int | None) -> list[Any]:
    if instance is None:
        return run(DUE[queue].format(of_one=""), now, limit)
    return run(DUE[queue].format(of_one=f"AND {of_one}"), now, instance, limit)


def reserve_block() -> int:
    block: int = run("SELECT nextval('engine_instance_block')")[0][0]
    return block


def gather(lines: Sequence[tuple[Any, ...]]) -> dict[int, Loaded]:
    """Lines of LOAD, sorted by instance, its own line first."""
    found: dict[int, Loaded] = {}
    tokens: list[TokenRow] = []
    waits: list[WaitKey] = []
    for line in lines:
        kind = line[0]
        if kind == 0:
            tokens, waits = [], []
            row = InstanceRow._make(line[TOKEN_WIDTH + 1 : LINE_WIDTH])
            found[row.id] = Loaded(row, tokens, waits)
        elif kind == 1:
            tokens.append(TokenRow._make(line[1:TOKEN_WIDTH]))
        elif line[3] == 0:
            waits.append(WaitKey(WAIT_TABLES[kind - 2][0], line[1], line[2], line[TOKEN_WIDTH]))
    return found


def load_with(table: Table, keys: Collection[int], is_locked: bool) -> list[tuple[Any, Loaded]]:
    """Waits and their instances: one wait in one read, more in two, as many may share an instance."""
    if is_locked:
        run(LOCK, instances_of(keys))
    if len(keys) == 1:
        lines = run(load_one(table), list(keys))
        found = gather(lines)
        waits = [table.row._make(line[LINE_WIDTH:]) for line in lines[:1]]
    else:
        # Instances first: a wait that is there after them was there with them, and its instance is written only if it
        # has not moved since. The other way round an instance might have gone on to its next wait already.
        found = gather(run(LOAD, instances_of(keys)))
        statement = f"SELECT {columns(table, 'w')} FROM {table.name} w WHERE id = ANY(%s::bigint[]) ORDER BY id"
        waits = [table.row._make(line) for line in run(statement, list(keys))]
    return [(wait, found[instance_of(wait.id)]) for wait in waits if instance_of(wait.id) in found]


@cache
def load_one(table: Table) -> str:
    return (
        f"SELECT {LINE_COLUMNS}, {columns(table, 'w')} FROM {table.name} w JOIN engine_instance i ON {OWN_INSTANCE} "
        f"CROSS JOIN LATERAL ({LINES}) t WHERE w.id = ANY(%s::bigint[]) ORDER BY t.kind, t.id"
    )
