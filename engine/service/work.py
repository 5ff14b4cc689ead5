"""What workers do: due deliveries, timers, continuations, and a sweep; each call is one batch in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from engine.core.model.runtime import Delivery, Failure
from engine.core.triggers.schedule import read_cycle
from engine.models import ProcessStart
from engine.models.keys import instance_of, make_key
from engine.service.advance import finish
from engine.service.translate import ACTIVE, SUSPENDED, unpack
from engine.service.unit import Unit
from engine.service.versions import get_version
from engine.store import open_store
from engine.store.rows import DeliveryRow, IncidentRow, Loaded
from engine.store.writing import write_transaction

logger = logging.getLogger(__name__)

BATCH = 100
MOST_ATTEMPTS = 3
Due = tuple[int, Delivery, Callable[[Unit], None]]  # instance, what happened, what to take from the queue


def advance_deliveries(limit: int = BATCH) -> int:
    """Deliveries that are due, all instances in one transaction; how many were taken."""
    store, now = open_store(), datetime.now(UTC)
    with store.unit():
        claimed = store.claim_deliveries(limit, now)
        if not claimed:
            return 0
        unit = Unit(store, now)
        loaded = store.load({row.instance for _, row in claimed}, is_locked=True)
        for instance in dict.fromkeys(row.instance for _, row in claimed):
            own = [(number, row) for number, row in claimed if row.instance == instance]
            _advance_one(unit, loaded.get(instance), own)
        unit.bear_called()
        finish(unit)
    return len(claimed)


def fire_timers(limit: int = BATCH) -> int:
    """Timers that are due, in due order."""
    store, now = open_store(), datetime.now(UTC)
    with store.unit():
        timers = store.claim_timers(limit, now)
        if not timers:
            return 0
        unit = Unit(store, now)
        for timer in timers:
            data = f'{{"due":"{timer.due.isoformat()}","remaining":{timer.remaining}}}'
            unit.batch.deliveries.append(
                DeliveryRow(instance_of(timer.id), now, timer.token, 0, False, timer.trigger, "", data)
            )
            unit.batch.ended_timers.append(timer.id)
        finish(unit)
    return len(timers)


def fire_timer_starts(limit: int = BATCH) -> int:
    """Start the processes whose start timer is due."""
    store, now = open_store(), datetime.now(UTC)
    with write_transaction():
        due = ProcessStart.objects.select_for_update().filter(
            kind="timer", due__lte=now, version__process__is_suspended=False
        )
        starts = list(due.order_by("due")[:limit])
        unit = Unit(store, now)
        for start in starts:
            version = get_version(start.version_id)
            unit.begin(version, f"start:{start.node}", {})
            entry = next(s for s in version.machine.states["#process"].config["starts"] if s["node"] == start.node)
            following = None
            if start.remaining:
                following = read_cycle(entry["formula"][1]).following(start.due)  # type: ignore[arg-type]
                start.remaining -= 1 if start.remaining > 0 else 0
            start.due = following
            start.save(update_fields=["due", "remaining"])
        if starts:
            finish(unit)
    return len(starts)


def run_continuations(limit: int = BATCH) -> int:
    """Asynchronous continuations that are due."""
    store, now = open_store(), datetime.now(UTC)
    with store.unit():
        jobs = store.claim_continuations(limit, now)
        if not jobs:
            return 0
        unit = Unit(store, now)
        for job in jobs:
            unit.batch.deliveries.append(
                DeliveryRow(instance_of(job.id), now, job.token, 0, False, job.trigger, "", "")
            )
            unit.batch.ended_jobs.append(job.id)
        finish(unit)
    return len(jobs)


def sweep() -> int:
    """Everything that time alone makes due, one batch of each."""
    store = open_store()
    done = fire_timer_starts() + fire_timers() + run_continuations() + advance_deliveries()
    store.drop_expired_messages(datetime.now(UTC))
    return done


def _advance_one(unit: Unit, loaded: Loaded | None, rows: Sequence[tuple[int, DeliveryRow]]) -> None:
    """One instance of the batch. A failure is dropped from the batch alone and becomes an incident."""
    unit.batch.taken_deliveries += [number for number, _ in rows]
    if loaded is None or loaded.row.status not in (ACTIVE, SUSPENDED):
        return
    deliveries = [Delivery(row.token, row.trigger, unpack(row.data), row.actor) for _, row in rows]
    try:
        result = unit.move(loaded, deliveries)
    except Exception as error:  # a defect of the engine or a wrong row must not stop the other instances
        logger.exception("an advance of instance %s failed", loaded.row.id)
        result = Failure("engine-error", "", f"{type(error).__name__}: {error}")
    if isinstance(result, Failure):
        _postpone(unit, loaded, rows, result)


def _postpone(unit: Unit, loaded: Loaded, rows: Sequence[tuple[int, DeliveryRow]], failure: Failure) -> None:
    for _, row in rows:
        attempts = row.attempts + 1
        if attempts < MOST_ATTEMPTS:
            later = unit.now + timedelta(seconds=2**attempts)
            unit.batch.deliveries.append(row._replace(attempts=attempts, not_before=later))
            continue
        made = loaded.row.waits_made + 1
        root = get_version(loaded.row.version).state_ids["#process"]
        moved = loaded.row._replace(waits_made=made, revision=loaded.row.revision + 1)
        unit.batch.moved.append(moved)
        loaded = loaded._replace(row=moved)
        unit.batch.incidents.append(
            IncidentRow(
                make_key(loaded.row.id, made), row.token, root, row.trigger, unit.now, None, None, 0,
                failure.node, failure.code, failure.message, None, row.data,
            )
        )  # fmt: skip
