"""The engine's one transaction: read what an action concerns, advance it, write it at once, then push and wake."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from django.db import IntegrityError, OperationalError

from engine.core.model.words import say
from engine.models.keys import instance_of, number_of
from engine.models.waits import CONTINUATION
from engine.push.moved import send_moved
from engine.push.signals import work_handed, work_waiting
from engine.service import limits, remembered
from engine.service.audiences import remember_stored
from engine.service.errors import Conflict, Moved
from engine.service.outbox import add_events
from engine.service.sharing import Request, commits
from engine.service.unit import Unit
from engine.store import open_store
from engine.store.contract import Store
from engine.store.rows import Batch
from engine.store.writing import after_commit, is_writing

T = TypeVar("T")
MOST_TRIES = 5
# What PostgreSQL says when two units met in the wrong order: run it again.
MET = frozenset({"40001", "40P01"})


def in_unit(
    act: Callable[[Store, Unit], T], *, has_claims: bool = False, is_patient: bool = False, is_urgent: bool = False
) -> T:
    """Run one action as a unit of work. Two racing writers meet on the instance row; who loses is run again,
    and finds then what the winner has left.

    The action may run more than once and only reads: what it changes, it puts into the unit. One that claims has
    a transaction to itself; others may share theirs. What workers bring is urgent: it is never turned away."""
    store = open_store()

    def run_alone() -> T:
        return _in_own_unit(store, act, has_claims, is_patient)

    def prepare() -> tuple[T, Callable[[], None]]:
        unit = Unit(store, datetime.now(UTC), is_patient=is_patient)
        result = act(store, unit)
        return result, partial(write, unit, close(unit))

    if has_claims or is_writing():
        return run_alone()
    with nullcontext() if is_urgent else limits.door.pass_through():
        if not store.shares_commits:
            return run_alone()
        answer: T = commits.run(store, Request(prepare, run_alone))
        return answer


def _in_own_unit(store: Store, act: Callable[[Store, Unit], T], has_claims: bool, is_patient: bool) -> T:
    for attempt in range(MOST_TRIES):
        unit = Unit(store, datetime.now(UTC), is_patient=is_patient or attempt > 0)
        try:
            with store.unit(has_claims=has_claims):
                result = act(store, unit)
                write(unit, close(unit))
        except Moved:
            continue
        except IntegrityError:
            if not unit.batch.events:
                raise
            continue  # the same event came in twice at once: the other one is known now
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", None) not in MET:
                raise
            continue
        return result
    raise Conflict("moved-on", say("Somebody else is changing the same instance. Nothing was changed; try again."))


def close(unit: Unit) -> Batch:
    """What the unit comes to, with all that its instances do to one another."""
    unit.settle()
    batch = unit.close()
    add_events(unit, batch)
    return batch


def write(unit: Unit, batch: Batch) -> None:
    """Moved where an instance has moved on meanwhile; pages and workers hear of it after the commit."""
    if batch.is_empty:
        return
    prepared: list[Callable[[], None]] = []
    if not unit.store.write(batch, lambda: prepared.append(prepare_telling(unit, batch))):
        raise Moved
    (tell,) = prepared
    if is_writing():
        after_commit(tell)
    else:
        tell()


def prepare_telling(unit: Unit, batch: Batch) -> Callable[[], None]:
    """Everything that can be done while the database works; what comes back is for after the commit. The unit's cases
    and rows are of no use to anybody then, and their memory goes meanwhile."""
    queues = find_queues(batch)
    moved = {row.id: row.sequence for rows in (batch.new, batch.moved) for row in rows}
    processes = {case.version.process for case in unit.cases.values() if case.id in moved}
    is_inbox_changed = bool(batch.items or batch.done_items or batch.cancelled_items)
    opened = [row for row in batch.items if number_of(row.id) > unit.cases[instance_of(row.id)].row.waits_made]
    audiences = [audience.id for audience in batch.audiences]
    resting = remembered.find_resting(unit.cases, batch)
    handed = unit.handed
    unit.let_go()

    def tell() -> None:
        remember_stored(audiences)
        remembered.remember(resting)
        send_moved(moved, processes, is_inbox_changed=is_inbox_changed)
        for queue in queues:
            work_waiting.send(sender=None, queue=queue)
        if opened or handed:
            work_handed.send_robust(sender=None, opened=opened, handed=handed)

    return tell


def find_queues(batch: Batch) -> list[str]:
    """Whom the batch has left work."""
    has_continuations = any(job.type == CONTINUATION for job in batch.jobs)
    has_jobs = any(job.type != CONTINUATION and job.available_at is not None for job in batch.jobs)
    waiting = {
        "advance": bool(batch.deliveries) or has_continuations or bool(batch.freed),
        "jobs": has_jobs or bool(batch.freed),
        "outbox": bool(batch.outbox),
    }
    return [queue for queue, is_waiting in waiting.items() if is_waiting]
