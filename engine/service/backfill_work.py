"""What workers do for backfills, in the sweep: start the next dates, retry failed ones, stop what is to be stopped."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q

from engine.core.model.problems import ProcessError
from engine.core.model.words import say
from engine.models import Backfill, BackfillRun, Incident, Instance
from engine.models.keys import span
from engine.service import dates, instances
from engine.service.advance import in_unit
from engine.service.backfill import CANCELLED, DONE, OPEN, PAUSED, RUNNING, find_stuck, read_statuses, version_of
from engine.service.errors import Conflict, ServiceError
from engine.service.rights import Actor, require
from engine.service.unit import Unit
from engine.service.versions import Version
from engine.store.contract import Store

BATCH = 20
LEASE = timedelta(seconds=60)


def continue_backfills() -> int:
    """A piece of one backfill; how many dates it moved on. Any number of workers may call it."""
    now = datetime.now(UTC)
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    due = Backfill.objects.filter(free, ended_at__isnull=True, status__in=(RUNNING, CANCELLED))
    moved = 0
    for backfill in due.select_related("process").order_by("id")[:10]:
        if Backfill.objects.filter(free, pk=backfill.pk).update(leased_until=now + LEASE):
            try:
                moved += _do_piece(backfill)
            finally:
                Backfill.objects.filter(pk=backfill.pk).update(leased_until=None)
    return moved


def _do_piece(backfill: Backfill) -> int:
    try:
        moved = _stop_some(backfill) if backfill.status == CANCELLED else _retry_some(backfill) + _move_some(backfill)
    except ServiceError as error:
        Backfill.objects.filter(pk=backfill.pk, status=RUNNING).update(status=PAUSED, note=error.message)
        return 0
    left = backfill.runs.filter(is_over=False)
    if backfill.status == CANCELLED:
        left = left.filter(instance__isnull=False)
    if not left.exists():
        ended = DONE if backfill.status == RUNNING else CANCELLED
        same = Backfill.objects.filter(pk=backfill.pk, status=backfill.status)
        same.update(ended_at=datetime.now(UTC), status=ended)
    return moved


def _move_some(backfill: Backfill) -> int:
    begun = backfill.runs.filter(is_over=False, instance__isnull=False)
    keys = [key for key in begun.values_list("instance", flat=True) if key is not None]
    statuses = read_statuses(keys)
    over = [key for key in keys if statuses.get(key) not in OPEN]
    moved = begun.filter(instance__in=over).update(is_over=True) if over else 0
    busy = set(keys) - set(over)
    # One that stands at an incident takes no room: a person has to look at it, and that may take days.
    room = backfill.limit - len(busy - find_stuck(busy))
    waiting = backfill.runs.filter(is_over=False, instance=None, retried_by=None).order_by("date")
    if room <= 0 or not waiting.exists():
        return moved
    require(_find_person(backfill.actor), "operate", backfill.process)
    version = version_of(backfill.process)
    return moved + sum(_start_run(backfill, run, version) for run in waiting[: min(room, BATCH)])


def _find_person(name: str) -> Actor:
    """None, the engine itself, where nobody was named."""
    person: Actor = get_user_model().objects.filter(username=name, is_active=True).first()
    if person is None and name:
        raise Conflict("no-actor", say("“%(name)s” has no account any more.", name=name))
    return person


def _start_run(backfill: Backfill, run: BackfillRun, version: Version) -> int:
    """The run of a date, once whoever does it; a process that cannot even begin is the date's error."""
    day = run.date.isoformat()
    variables = {**(backfill.variables or {}), backfill.variable: day}

    def act(store: Store, unit: Unit) -> int:
        claimed = backfill.runs.select_for_update().filter(pk=run.pk, instance=None, is_over=False).first()
        if claimed is None:
            return 0
        trigger, _ = dates.start_of(version)
        instance, is_new = dates.begin_for(
            unit, version, trigger, day, variables, actor=backfill.actor, is_again=backfill.is_again
        )
        claimed.instance, claimed.is_known, claimed.is_over = instance, not is_new, not is_new
        claimed.save(update_fields=["instance", "is_known", "is_over"])
        return 1

    try:
        return in_unit(act, has_claims=True)
    except ProcessError as error:
        return backfill.runs.filter(pk=run.pk).update(error=error.message, is_over=True)


def _retry_some(backfill: Backfill) -> int:
    """Where the instance still stands at an incident, that step alone; else the date waits for a new run."""
    asked = list(backfill.runs.filter(retried_by__isnull=False).order_by("date")[:BATCH])
    for run in asked:
        changes: dict[str, Any] = {"retried_by": None}
        row = Instance.objects.filter(pk=run.instance).first() if run.instance is not None else None
        if row is None or row.status not in OPEN:
            changes |= {"instance": None, "error": "", "is_known": False}
        else:
            _retry_incidents(row.pk, _find_person(run.retried_by or ""))
        BackfillRun.objects.filter(pk=run.pk).update(**changes)
    return len(asked)


def _retry_incidents(instance: int, person: Actor) -> None:
    found = Incident.objects.filter(id__range=span(instance), status=Incident.Status.OPEN)
    for incident in found.order_by("id").values_list("id", flat=True):
        with suppress(Conflict):  # closed meanwhile
            instances.retry_incident(incident, person, reason=say("Retried with its backfill."))


def _stop_some(backfill: Backfill) -> int:
    person = _find_person(backfill.stopped_by or "")
    begun = list(backfill.runs.filter(is_over=False, instance__isnull=False).order_by("date")[:BATCH])
    for run in begun:
        with suppress(Conflict):  # it has ended by itself
            instances.cancel(run.instance or 0, person, reason=say("The backfill was cancelled."))
        BackfillRun.objects.filter(pk=run.pk).update(is_over=True)
    return len(begun)
