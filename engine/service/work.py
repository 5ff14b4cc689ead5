"""What workers do: due deliveries, timers, continuations, starts, and a sweep; each call is one batch of a queue.

A batch is one transaction. Where it fails, its instances are done one by one, so that a failure stays alone.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from engine.core.model.problems import ProcessError
from engine.core.model.runtime import Delivery, Failure
from engine.core.run.starts import first_due, run_date
from engine.core.triggers.schedule import read_cycle
from engine.models import ProcessStart
from engine.models.keys import instance_of
from engine.models.large import ValueLostError
from engine.push.signals import messages_dropped
from engine.service import correlation, dates, figures, telemetry, webhooks
from engine.service.advance import in_unit
from engine.service.errors import Conflict
from engine.service.expressions import expression_budget
from engine.service.starts import entry_of
from engine.service.translate import ACTIVE, SUSPENDED, pack, unpack
from engine.service.unit import CHAIN, Unit
from engine.service.versions import get_version
from engine.store import open_store
from engine.store.away import is_away
from engine.store.contract import Store
from engine.store.rows import DeliveryRow
from engine.store.writing import write_transaction

logger = logging.getLogger(__name__)

BATCH = 100
MOST_ATTEMPTS = 3


class Due(NamedTuple):
    """One thing that is due: the row it comes from is taken away in the same transaction."""

    instance: int
    delivery: Delivery
    taken: tuple[str, int]  # member of the batch and key
    attempts: int = 0
    chain: int = 0


Claim = Callable[[Store, int, datetime, int | None], list[Due]]


def advance_deliveries(limit: int = BATCH) -> int:
    """Deliveries that are due; how many were taken."""
    return _work_off(_claim_deliveries, limit)


def fire_timers(limit: int = BATCH) -> int:
    """Timers that are due, in due order."""
    return _work_off(_claim_timers, limit)


def run_continuations(limit: int = BATCH) -> int:
    """Asynchronous continuations that are due."""
    return _work_off(_claim_continuations, limit)


def fire_timer_starts(limit: int = BATCH) -> int:
    """Start the processes whose start timer is due."""
    now = datetime.now(UTC)
    due = ProcessStart.objects.filter(kind="timer", due__lte=now, version__process__is_suspended=False)
    keys = list(due.order_by("due").values_list("pk", flat=True)[:limit])
    return sum(_fire_start(key, now) for key in keys)


def correlate_buffered(limit: int = BATCH) -> int:
    """Messages that were kept in the very moment in which somebody began to wait for them."""
    return in_unit(lambda store, unit: correlation.deliver_buffered(unit, limit), has_claims=True)


def sweep() -> int:
    """Everything that a lost wake-up has left, one batch of each; how much was done."""
    done = fire_timer_starts() + fire_timers() + run_continuations() + advance_deliveries() + correlate_buffered()
    with write_transaction():
        dropped = [found for found in open_store().drop_expired_messages(datetime.now(UTC)) if found]
        if dropped:
            messages_dropped.send(sender=None, ids=dropped)
    return done + webhooks.drop_old()


# claims


def _claim_deliveries(store: Store, limit: int, now: datetime, instance: int | None) -> list[Due]:
    return [_read_delivery(number, row) for number, row in store.claim_deliveries(limit, now, instance)]


def _read_delivery(number: int, row: DeliveryRow) -> Due:
    data = unpack(row.data)
    chain = data.pop(CHAIN, 0) if data else 0
    delivery = Delivery(row.token, row.trigger, data, row.actor)
    return Due(row.instance, delivery, ("taken_deliveries", number), row.attempts, chain)


def _claim_timers(store: Store, limit: int, now: datetime, instance: int | None) -> list[Due]:
    rows = store.claim_timers(limit, now, instance)
    figures.count("timers", len(rows))
    figures.note_lateness([(now - row.due).total_seconds() for row in rows])
    return [
        Due(
            instance_of(row.id),
            Delivery(row.token, row.trigger, {"due": row.due.isoformat(), "remaining": row.remaining}),
            ("ended_timers", row.id),
        )
        for row in rows
    ]


def _claim_continuations(store: Store, limit: int, now: datetime, instance: int | None) -> list[Due]:
    return [
        Due(instance_of(row.id), Delivery(row.token, row.trigger), ("ended_jobs", row.id))
        for row in store.claim_continuations(limit, now, instance)
    ]


# batches


def _work_off(claim: Claim, limit: int) -> int:
    claimed: list[Due] = []

    def act(store: Store, unit: Unit) -> int:
        claimed[:] = claim(store, limit, unit.now, None)
        _deliver(store, unit, claimed)
        return len(claimed)

    try:
        return in_unit(act, has_claims=True)
    except Exception as error:
        if not claimed:
            raise
        logger.info("a batch of %s is done one by one: %r", len(claimed), error)
    return sum(_work_off_one(claim, instance) for instance in dict.fromkeys(due.instance for due in claimed))


def _work_off_one(claim: Claim, instance: int) -> int:
    def act(store: Store, unit: Unit) -> int:
        claimed = claim(store, BATCH, unit.now, instance)
        _deliver(store, unit, claimed)
        return len(claimed)

    with telemetry.about(instance=str(instance)):
        try:
            return in_unit(act, has_claims=True, is_patient=True)
        except Conflict:
            return 0  # somebody else is at it; it stays due
        except ValueLostError:
            logger.exception("instance %s waits for its file", instance)
            return 0  # it stays due until the file is there again
        except Exception as error:  # a defect, or rows that do not fit: it must not stop the other instances
            if is_away(error):
                raise  # that is nobody's incident
            logger.exception("an advance of instance %s failed", instance)
            return _put_off(claim, instance, f"{type(error).__name__}: {error}")


def _deliver(store: Store, unit: Unit, claimed: Iterable[Due]) -> None:
    by_instance: dict[int, list[Due]] = {}
    for due in claimed:
        by_instance.setdefault(due.instance, []).append(due)
        _take(unit, due)
    for instance, loaded in store.load(by_instance).items():
        own = by_instance[instance]
        if loaded.row.status == SUSPENDED:
            for due in own:
                unit.queue(instance, due.delivery, is_held=True, chain=due.chain)
        elif loaded.row.status == ACTIVE:
            unit.chains[instance] = max(due.chain for due in own)
            case, deliveries = unit.open(loaded), [due.delivery for due in own]
            result = unit.deliver(case, deliveries)
            if isinstance(result, Failure):
                for delivery in deliveries:
                    unit.park(case, delivery, result)


def _take(unit: Unit, due: Due) -> None:
    member, key = due.taken
    getattr(unit.batch, member).append(key)


def _put_off(claim: Claim, instance: int, message: str) -> int:
    """What could not be delivered is tried again a little later, and then is an incident of its instance."""

    def act(store: Store, unit: Unit) -> int:
        claimed = claim(store, BATCH, unit.now, instance)
        loaded = store.load([instance]).get(instance)
        for due in claimed:
            _take(unit, due)
            if loaded is None or loaded.row.status not in (ACTIVE, SUSPENDED):
                continue
            attempts, delivery = due.attempts + 1, due.delivery
            if attempts < MOST_ATTEMPTS:
                later = unit.now + timedelta(seconds=2**attempts)
                unit.batch.deliveries.append(
                    DeliveryRow(
                        instance, later, delivery.token, attempts, False, delivery.trigger, delivery.actor,
                        pack(delivery.data),
                    )
                )  # fmt: skip
            else:
                case = unit.open(loaded)
                case.open_incident(delivery.token, "", "engine-error", message, delivery.trigger, delivery.data)
        return len(claimed)

    return in_unit(act, has_claims=True, is_patient=True)


def _fire_start(key: int, now: datetime) -> int:
    def act(store: Store, unit: Unit) -> int:
        rows = ProcessStart.objects.select_for_update().filter(pk=key, due__lte=now)
        start = rows.first()
        if start is None or start.due is None:
            return 0  # another clock was first
        version = get_version(start.version_id)
        entry = entry_of(version, start)
        cycle = first_due(entry, now, expression_budget())[2]
        date = run_date(entry, start.due, cycle)
        try:
            if date:
                dates.begin_for(unit, version, entry["trigger"], date, {entry["run_date"]: date})
            else:
                unit.begin(version, entry["trigger"], {})
        except ProcessError:
            logger.exception("“%s” could not be started by its timer", version.process)
        start.due = read_cycle(cycle).following(start.due) if start.remaining else None
        start.remaining -= 1 if start.remaining > 0 else 0
        start.save(update_fields=["due", "remaining"])
        return 1

    return in_unit(act, has_claims=True)
