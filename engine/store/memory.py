"""The in-memory twin: a whole store in dictionaries, for tests and for one transaction after the other."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from typing import Any

from engine.models.keys import instance_of, instances_of
from engine.models.waits import CONTINUATION
from engine.store.contract import Meanwhile
from engine.store.ids import InstanceIds
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

ACTIVE, SUSPENDED = 0, 5
OPEN, DONE, CANCELLED = 0, 1, 2
KEYED = {"new": "instances"} | {
    name: name for name in ("tokens", "steps", "audiences", "items", "timers", "subscriptions", "jobs", "incidents")
}
QUEUED = ("deliveries", "messages", "outbox", "events", "members", "exchanges")
WAITS = {
    "cancelled_items": "items",
    "ended_timers": "timers",
    "ended_subscriptions": "subscriptions",
    "ended_jobs": "jobs",
    "obsolete_incidents": "incidents",
}
BY_KEY = {
    "gone": "tokens",
    "ended_timers": "timers",
    "ended_subscriptions": "subscriptions",
    "ended_jobs": "jobs",
    "taken_deliveries": "deliveries",
    "taken_messages": "messages",
}


class MemoryStore:
    """`tables` maps each table's name to its rows by key or number."""

    shares_commits = False

    def __init__(self) -> None:
        self.tables: dict[str, dict[int, Any]] = {name: {} for name in (*KEYED.values(), *QUEUED)}
        self.processes: dict[str, tuple[int, int | None, bool]] = {}
        self.numbers = count(1)
        self.ids = InstanceIds(count(1).__next__)
        self.lock = threading.RLock()

    @contextmanager
    def unit(self, *, has_claims: bool = True) -> Iterator[None]:
        with self.lock:
            before = {name: dict(rows) for name, rows in self.tables.items()}
            try:
                yield
            except BaseException:
                self.tables = before
                raise

    def take_ids(self, count: int) -> list[int]:
        return self.ids.take(count)

    def load(self, instances: Collection[int], *, is_locked: bool = False) -> dict[int, Loaded]:
        tokens = self.tables["tokens"]
        found = {}
        for instance in instances:
            if instance in self.tables["instances"]:
                keys = sorted(key for key in tokens if instance_of(key) == instance)
                row = self.tables["instances"][instance]
                found[instance] = Loaded(row, [tokens[key] for key in keys], self.waits_of(instance))
        return found

    def waits_of(self, instance: int) -> list[WaitKey]:
        return [
            WaitKey(member, key, row.token, "" if table == "items" else row.trigger)
            for member, table in WAITS.items()
            for key, row in sorted(self.tables[table].items())
            if instance_of(key) == instance and getattr(row, "status", OPEN) == OPEN
        ]

    def load_items(self, keys: Collection[int], *, is_locked: bool = False) -> list[tuple[ItemRow, Loaded]]:
        return self.load_with("items", keys)

    def load_jobs(self, keys: Collection[int], *, is_locked: bool = False) -> list[tuple[JobRow, Loaded]]:
        return self.load_with("jobs", keys)

    def load_incidents(self, keys: Collection[int], *, is_locked: bool = False) -> list[tuple[IncidentRow, Loaded]]:
        return self.load_with("incidents", keys)

    def load_with(self, table: str, keys: Collection[int]) -> list[tuple[Any, Loaded]]:
        found = self.load(instances_of(keys))
        rows = self.tables[table]
        return [(rows[key], found[instance_of(key)]) for key in sorted(set(keys)) if key in rows]

    def write(self, batch: Batch, meanwhile: Meanwhile | None = None) -> bool:
        is_written = self._write(batch)
        if meanwhile is not None:
            meanwhile()
        return is_written

    def _write(self, batch: Batch) -> bool:
        with self.lock:
            instances = self.tables["instances"]
            startable = {
                (number, latest) for number, latest, is_suspended in self.processes.values() if not is_suspended
            }
            if not startable.issuperset(batch.latest):
                return False
            for row in batch.moved:
                if row.id not in instances or instances[row.id].revision != row.revision - 1:
                    return False
            for row in batch.moved:
                old = instances[row.id]
                instances[row.id] = row._replace(
                    started_at=old.started_at,
                    parent=old.parent,
                    version=old.version,
                    business_key=old.business_key,
                )
            self.end(batch)
            for member, table in BY_KEY.items():
                for key in getattr(batch, member):
                    self.tables[table].pop(key, None)
            self.hold(batch.held, True, batch.at)
            self.hold(batch.freed, False, batch.at)
            # Last: a token that left one wait may stand in the next one already.
            for member, table in KEYED.items():
                self.tables[table].update((row.id, row) for row in getattr(batch, member))
            for table in QUEUED:
                self.tables[table].update((next(self.numbers), row) for row in getattr(batch, table))
            return True

    def end(self, batch: Batch) -> None:
        items, incidents = self.tables["items"], self.tables["incidents"]
        for ended in batch.done_items:
            if items[ended.id].status == OPEN:
                taken_by = items[ended.id].assignee or ended.actor or None
                items[ended.id] = items[ended.id]._replace(
                    status=DONE, ended_at=batch.at, ended_by=ended.actor, assignee=taken_by
                )
        for ended in batch.resolved_incidents:
            if incidents[ended.id].status == OPEN:
                incidents[ended.id] = incidents[ended.id]._replace(
                    status=DONE, closed_at=batch.at, closed_by=ended.actor
                )
        for key in batch.cancelled_items:
            if items[key].status == OPEN:
                items[key] = items[key]._replace(status=CANCELLED, ended_at=batch.at)
        for key in batch.obsolete_incidents:
            if incidents[key].status == OPEN:
                incidents[key] = incidents[key]._replace(status=CANCELLED, closed_at=batch.at)

    def claim_deliveries(self, limit: int, now: datetime, instance: int | None = None) -> list[tuple[int, DeliveryRow]]:
        rows = self.tables["deliveries"].items()
        due = sorted((n, row) for n, row in rows if not row.is_held and row.not_before <= now)
        return [(n, row) for n, row in due if instance in (None, row.instance)][:limit]

    def claim_timers(self, limit: int, now: datetime, instance: int | None = None) -> list[TimerRow]:
        due = [row for row in self.tables["timers"].values() if not row.is_held and row.due <= now]
        due = [row for row in due if instance in (None, instance_of(row.id))]
        return sorted(due, key=lambda row: (row.due, row.id))[:limit]

    def claim_continuations(self, limit: int, now: datetime, instance: int | None = None) -> list[JobRow]:
        due = self.available([CONTINUATION], now)
        return [row for row in due if instance in (None, instance_of(row.id))][:limit]

    def available(self, types: Collection[str], now: datetime) -> list[JobRow]:
        """Of the same priority the states take turns."""
        rows = [
            row
            for row in self.tables["jobs"].values()
            if row.type in types and row.available_at is not None and row.available_at <= now
        ]
        rows.sort(key=lambda row: (-row.priority, row.available_at, row.id))
        turns: Counter[tuple[str, int]] = Counter()
        ordered = []
        for row in rows:
            turns[row.type, row.state] += 1
            ordered.append((-row.priority, turns[row.type, row.state], row.available_at, row.id, row))
        return [row for *_, row in sorted(ordered, key=lambda line: line[:-1])]

    def lease_jobs(
        self, types: Collection[str], owner: str, until: datetime, now: datetime, limit: int,
        states: Collection[int] | None = None,
    ) -> list[JobRow]:  # fmt: skip
        with self.lock:
            leased = [
                row._replace(
                    owner=owner,
                    available_at=until,
                    attempts=row.attempts + 1,
                    lapses=row.lapses + (row.owner is not None),
                )
                for row in [row for row in self.available(types, now) if states is None or row.state in states][:limit]
            ]
            self.tables["jobs"].update((row.id, row) for row in leased)
        return sorted(leased, key=lambda job: (-job.priority, job.id))

    def extend_lease(self, keys: Collection[int], owner: str, until: datetime) -> set[int]:
        jobs = self.tables["jobs"]
        kept = {k for k in keys if k in jobs and jobs[k].owner == owner and jobs[k].available_at is not None}
        for key in kept:
            jobs[key] = jobs[key]._replace(available_at=until)
        return kept

    def release_jobs(self, keys: Collection[int], owner: str, now: datetime) -> None:
        jobs = self.tables["jobs"]
        for key in keys:
            if key in jobs and jobs[key].owner == owner:
                jobs[key] = jobs[key]._replace(available_at=now, owner=None, attempts=jobs[key].attempts - 1)

    def put_off_jobs(self, jobs: Sequence[PutOff], owner: str) -> int:
        rows, changed = self.tables["jobs"], 0
        for job, again, progress in jobs:
            row = rows.get(job)
            if row is not None and row.owner == owner:
                attempts = row.attempts - 1
                rows[job] = row._replace(available_at=again, owner=None, attempts=attempts, lapses=0, progress=progress)
                changed += 1
        return changed

    def find_subscriptions(
        self, kind: int, name: str, key: str | None = None, *, is_any_key: bool = False, limit: int = 1000
    ) -> list[SubscriptionRow]:
        keys = (None, key)
        found = [
            row
            for row in self.tables["subscriptions"].values()
            if row.kind == kind
            and row.name == name
            and (is_any_key or row.key in keys)
            and self.tables["instances"][instance_of(row.id)].status == ACTIVE
        ]
        return sorted(found, key=lambda row: row.id)[:limit]

    def find_messages(self, names: Collection[str], now: datetime, limit: int = 1000) -> list[tuple[int, MessageRow]]:
        rows = self.tables["messages"].items()
        return sorted((n, row) for n, row in rows if row.name in names and row.expires_at > now)[:limit]

    def find_children(self, tokens: Collection[int]) -> dict[int, int]:
        return {
            row.parent: row.id
            for row in self.tables["instances"].values()
            if row.parent in tokens and row.status in (ACTIVE, SUSPENDED)
        }

    def hold(self, instances: Collection[int], is_held: bool, now: datetime) -> None:
        for key, timer in self.tables["timers"].items():
            if instance_of(key) in instances:
                self.tables["timers"][key] = timer._replace(is_held=is_held)
        for number, delivery in self.tables["deliveries"].items():
            if delivery.instance in instances:
                self.tables["deliveries"][number] = delivery._replace(is_held=is_held)
        for key, job in self.tables["jobs"].items():
            if instance_of(key) in instances and job.retries > 0:
                self.tables["jobs"][key] = job._replace(available_at=None if is_held else now, owner=None)

    def lease_outbox(self, webhook: int, until: datetime, now: datetime, limit: int) -> list[tuple[int, OutboxRow]]:
        rows = self.tables["outbox"]
        oldest: dict[int | None, int] = {}
        due = []
        for number in sorted(rows):
            row = rows[number]
            if row.webhook != webhook or row.available_at is None:
                continue
            is_first = row.instance is None or oldest.setdefault(row.instance, number) == number
            if is_first and row.available_at <= now:
                due.append(number)
        for number in due[:limit]:
            rows[number] = rows[number]._replace(available_at=until, attempts=rows[number].attempts + 1)
        return [(number, rows[number]) for number in due[:limit]]

    def settle_outbox(
        self, now: datetime, sent: Collection[int], failed: Mapping[int, tuple[datetime | None, str]]
    ) -> None:
        rows = self.tables["outbox"]
        for number in sent:
            rows[number] = rows[number]._replace(sent_at=now, available_at=None, error="")
        for number, (again, error) in failed.items():
            rows[number] = rows[number]._replace(available_at=again, error=error)

    def drop_expired_messages(self, now: datetime) -> list[str | None]:
        messages = self.tables["messages"]
        expired = [number for number, row in messages.items() if row.expires_at <= now]
        return [messages.pop(number).message_id for number in expired]

    def find_process(self, key: str) -> tuple[int, int | None, bool] | None:
        return self.processes.get(key)

    def knows_event(self, source: str, event: str) -> int | None:
        for row in self.tables["events"].values():
            if (row.source, row.event) == (source, event):
                return row.instance or 0
        return None
