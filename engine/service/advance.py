"""The engine's one transaction: read what an action concerns, advance it, write it at once, then push and wake."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from engine.push.moved import send_moved
from engine.push.signals import work_waiting
from engine.service.errors import Conflict
from engine.service.unit import Unit
from engine.store import open_store
from engine.store.contract import Store
from engine.store.writing import after_commit, is_writing

T = TypeVar("T")
MOST_TRIES = 5


class Moved(Exception):
    """An instance of the unit has moved on since it was read; the whole unit is tried again."""


def in_unit(act: Callable[[Store, Unit], T]) -> T:
    """Run one action as a unit of work. Two racing writers meet on the instance row; who loses is run again,
    and finds then what the winner has left."""
    store = open_store()
    for _ in range(MOST_TRIES):
        unit = Unit(store, datetime.now(UTC))
        try:
            with store.unit():
                result = act(store, unit)
                finish(unit)
            return result
        except Moved:
            continue
    raise Conflict("moved-on", "Somebody else is changing the same instance. Nothing was changed; try again.")


def finish(unit: Unit) -> None:
    """Write the batch; pages and workers hear of it after the commit."""
    unit.bear_called()
    batch = unit.batch
    if not unit.store.write(batch):
        raise Moved
    queues = [
        queue
        for queue, rows in (
            ("advance", batch.deliveries),
            ("jobs", batch.jobs),
            ("outbox", batch.outbox),
        )
        if rows
    ]
    is_inbox_changed = bool(batch.items or batch.done_items or batch.closed)

    def tell() -> None:
        send_moved(unit.moved, unit.processes, is_inbox_changed=is_inbox_changed)
        for queue in queues:
            work_waiting.send(sender=None, queue=queue)

    if is_writing():
        after_commit(tell)
    else:
        tell()
