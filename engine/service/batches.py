"""What units come to: their batches, written, and told of after the commit to pages, workers and people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from engine.models.keys import instance_of, number_of
from engine.models.waits import CONTINUATION
from engine.push.moved import send_moved
from engine.push.signals import work_handed, work_waiting
from engine.service import remembered
from engine.service.audiences import remember_stored
from engine.service.errors import Moved
from engine.service.outbox import add_events
from engine.service.unit import Unit
from engine.store.rows import Batch
from engine.store.writing import after_commit, is_writing


class Planned(NamedTuple):
    """A unit that has decided everything and written nothing."""

    unit: Unit
    batch: Batch


def plan(unit: Unit) -> Planned:
    """What the unit comes to, with all that its instances do to one another."""
    unit.settle()
    batch = unit.close()
    add_events(unit, batch)
    return Planned(unit, batch)


def write(planned: Planned) -> None:
    """Moved where an instance has moved on meanwhile; pages and workers hear of it after the commit."""
    unit, batch = planned
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


def write_together(planned: Sequence[Planned]) -> bool:
    """As one batch, within a transaction, if none has to do with another's instances. False where one of them has
    moved on: nothing is written then."""
    first = planned[0]
    together = Batch(first.batch.at)
    for one in planned:
        together.add(one.batch)
    if not first.unit.store.write(together):
        return False
    for one in planned:
        after_commit(prepare_telling(*one))
    return True


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
