"""What only Statewright is asked: many that wait, claims, timers, WAL."""

from __future__ import annotations

import resource
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.players.own import OWN, durable
from bench.works import HEAD, draw, line

WAITING = "W2"
COLUMNS = (
    "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND column_name <> 'id' "
    "ORDER BY ordinal_position"
)
TABLES = ("engine_instance", "engine_token", "engine_step", "engine_workitem")


def fill(asked: dict[str, Any]) -> dict[str, Any]:
    """So many instances that wait: copies, made by the database, of one that the service has started."""
    from django.db import connection

    from engine.models.keys import NUMBER_BITS
    from engine.service import instances
    from engine.service.deploying import File, deploy

    deploy([File("w.bpmn", draw(WAITING, OWN).encode())], None)
    count = asked["count"]
    model = instances.start(WAITING, None, variables={"amount": 1})
    first = (model // 256 + 1) * 256
    before = disk_bytes()
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(COLUMNS, [table])
            columns = [f'"{name}"' for (name,) in cursor.fetchall()]
            key = "g" if table == "engine_instance" else f"(g << {NUMBER_BITS}) | (t.id & {(1 << NUMBER_BITS) - 1})"
            test = "t.id = %s" if table == "engine_instance" else f"t.id >> {NUMBER_BITS} = %s"
            cursor.execute(
                f"INSERT INTO {table} (id, {', '.join(columns)}) "
                f"SELECT {key}, {', '.join(f't.{name}' for name in columns)} "
                f"FROM generate_series(%s::bigint, %s::bigint) g, {table} t WHERE {test} ORDER BY g",
                [first, first + count - 1, model],
            )
        cursor.execute("SELECT setval('engine_instance_block', %s)", [(first + count) // 256 + 2])
        cursor.execute("VACUUM ANALYZE")
    waiting.extend(range(first, first + min(count, MOST_COMPLETED)))
    return {"disk_bytes": (disk_bytes() - before) / count}


waiting: deque[Any] = deque()  # instances whose turn comes, the oldest first
MOST_COMPLETED = 5_000


def disk_bytes() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(pg_total_relation_size(name)) FROM unnest(%s::text[]) AS name", [list(TABLES)])
        return int(cursor.fetchone()[0])


def complete(asked: dict[str, Any]) -> dict[str, Any]:
    """Seconds of one completion while the others wait; who is completed is replaced by somebody new. What has waited
    for long is read: nothing is remembered of it."""
    from engine.service import instances, items, remembered

    remembered.forget_all()
    batch, done = asked["batch"], {"outcome": "approve"}
    keys = [waiting.popleft() for _ in range(asked["times"])]
    started = time.perf_counter()
    if batch == 1:
        for key in keys:
            items.complete(key << 24 | 1, None, dict(done))
    else:
        for place in range(0, len(keys), batch):
            some = [items.Completion(key << 24 | 1, dict(done)) for key in keys[place : place + batch]]
            assert all(isinstance(answer, int) for answer in items.complete_many(some, None))
    cost = (time.perf_counter() - started) / len(keys)
    waiting.extend(instances.start_many(WAITING, None, [instances.Start({"amount": 1})] * len(keys)))
    return {"cost": cost, "resident": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}


def wal(asked: dict[str, Any]) -> dict[str, Any]:
    from django.db import connection

    act = durable("W1", asked["batch"])
    act()
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
        act()  # the first change of a page after a checkpoint writes it whole: that is paid once, not by each
        cursor.execute("SELECT pg_current_wal_insert_lsn()")
        before = cursor.fetchone()[0]
        done = sum(act() for _ in range(asked["times"]))
        cursor.execute("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), %s)", [before])
        return {"bytes": float(cursor.fetchone()[0]) / done}


JOBS = (
    '<bpmn:serviceTask id="j"><bpmn:extensionElements><zeebe:taskDefinition type="bench-claims"/>'
    "</bpmn:extensionElements></bpmn:serviceTask>"
)
PAUSE = (
    '<bpmn:intermediateCatchEvent id="j"><bpmn:timerEventDefinition><bpmn:timeDuration '
    'xsi:type="bpmn:tFormalExpression">PT0S</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>'
)


def start_waiting(process: str, node: str, count: int) -> None:
    from engine.models import Process
    from engine.service import instances
    from engine.service.deploying import File, deploy

    if not Process.objects.filter(key=process).exists():
        body = f'<bpmn:startEvent id="s"/>{node}<bpmn:endEvent id="e"/>{line("s", "j", "e")}'
        text = f'{HEAD}<bpmn:process id="{process}" isExecutable="true">{body}</bpmn:process></bpmn:definitions>'
        deploy([File("x.bpmn", text.encode())], None)
    for _ in range(0, count, 1_000):
        instances.start_many(process, None, [instances.Start({})] * 1_000)


def claims(asked: dict[str, Any]) -> dict[str, Any]:
    """Jobs a second, leased a hundred at a time as workers do."""
    from engine.store import open_store

    start_waiting("jobs", JOBS, asked["count"])
    store = open_store()

    def act() -> int:
        now = datetime.now(UTC)
        with store.unit(has_claims=False):
            return len(store.lease_jobs(["bench-claims"], "me", now + timedelta(hours=1), now, 100))

    act()
    started, done = time.perf_counter(), 0
    while taken := act():
        done += taken
    return {"rate": done / (time.perf_counter() - started)}


def timers(asked: dict[str, Any]) -> dict[str, Any]:
    """Seconds until so many timers that are due at once are done, by one worker."""
    from engine.service import work

    start_waiting("pauses", PAUSE, asked["count"])
    started, done = time.perf_counter(), 0
    while fired := work.fire_timers():
        done += fired
    assert done >= asked["count"]
    return {"seconds": time.perf_counter() - started}


MORE: dict[str, Callable[[dict[str, Any]], Any]] = {
    "fill": fill,
    "complete": complete,
    "wal": wal,
    "claims": claims,
    "timers": timers,
}
