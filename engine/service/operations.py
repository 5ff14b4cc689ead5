"""How the installation does: queues and how far behind they are, what is due, who waits; and firing a timer by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, Min, Q

from engine.core.model.runtime import Delivery as Message
from engine.core.model.words import say
from engine.models import (
    BufferedMessage,
    Delivery,
    Incident,
    Instance,
    Job,
    Outbox,
    Process,
    Subscription,
    Timer,
)
from engine.models.keys import instance_of
from engine.models.waits import CONTINUATION
from engine.service.advance import in_unit
from engine.service.errors import Conflict, NotFound
from engine.service.instances import move, note_reason
from engine.service.reading import OPEN
from engine.service.rights import Actor, allowed_processes, name_of, require, require_any
from engine.service.unit import Unit
from engine.store.contract import Store

SHOWN = 20


class QueueFigures(NamedTuple):
    """`waiting` may be taken now; the oldest of them since `lag`."""

    name: str
    waiting: int
    lag: timedelta
    later: int


class JobFigures(NamedTuple):
    type: str
    waiting: int
    held: int
    later: int
    stuck: int
    lag: timedelta


def read_queues(actor: Actor) -> list[QueueFigures]:
    """What the engine itself has to do."""
    require_any(actor, "operate")
    now = datetime.now(UTC)
    deliveries = Delivery.objects.filter(is_held=False)
    continuations = Job.objects.filter(type=CONTINUATION, available_at__isnull=False)
    timers = Timer.objects.filter(is_held=False)
    events = Outbox.objects.filter(available_at__isnull=False)
    return [
        _measure("deliveries", deliveries, "not_before", now),
        _measure("continuations", continuations, "available_at", now),
        _measure("timers", timers, "due", now),
        _measure("outbox", events, "available_at", now),
    ]


def _measure(name: str, rows: Any, moment: str, now: datetime) -> QueueFigures:
    is_due = Q(**{f"{moment}__lte": now})
    found = rows.aggregate(
        waiting=Count("pk", filter=is_due), later=Count("pk", filter=~is_due), oldest=Min(moment, filter=is_due)
    )
    return QueueFigures(name, found["waiting"], _since(found["oldest"], now), found["later"])


def read_jobs(actor: Actor) -> list[JobFigures]:
    """By type, those behind the most first."""
    require_any(actor, "operate")
    now = datetime.now(UTC)
    is_due, is_held = Q(available_at__lte=now), Q(owner__isnull=False, available_at__gt=now)
    rows: Any = Job.objects.exclude(type=CONTINUATION).values("type")
    found = rows.annotate(
        waiting=Count("pk", filter=is_due),
        held=Count("pk", filter=is_held),
        later=Count("pk", filter=Q(available_at__gt=now, owner__isnull=True)),
        stuck=Count("pk", filter=Q(available_at__isnull=True)),
        oldest=Min("available_at", filter=is_due),
    ).order_by()
    figures = [
        JobFigures(row["type"], row["waiting"], row["held"], row["later"], row["stuck"], _since(row["oldest"], now))
        for row in found
    ]
    return sorted(figures, key=lambda one: (-one.lag, -one.waiting, one.type))


def _since(moment: datetime | None, now: datetime) -> timedelta:
    return max(now - moment, timedelta()) if moment is not None else timedelta()


def count_all(actor: Actor) -> dict[str, int]:
    """What there is at all, for the head of the page."""
    require_any(actor, "operate")
    return {
        "running": Instance.objects.filter(status__in=OPEN).count(),
        "incidents": Incident.objects.filter(status=Incident.Status.OPEN).count(),
        "subscriptions": Subscription.objects.count(),
        "buffered": BufferedMessage.objects.count(),
    }


def list_timers(actor: Actor, *, limit: int = SHOWN) -> list[Timer]:
    """The next ones of the processes that the actor may operate."""
    rows = Timer.objects.filter(is_held=False, state__version__process__in=allowed_processes(actor, "operate"))
    return list(rows.select_related("state__version__process").order_by("due", "id")[:limit])


def list_messages(actor: Actor, *, limit: int = SHOWN) -> list[BufferedMessage]:
    """Messages that nobody has waited for so far, those first that are dropped first."""
    require_any(actor, "operate")
    return list(BufferedMessage.objects.order_by("expires_at")[:limit])


def list_awaited(actor: Actor, *, limit: int = SHOWN) -> list[dict[str, Any]]:
    """What is waited for, by name: how many wait."""
    rows: Any = Subscription.objects.filter(state__version__process__in=allowed_processes(actor, "operate"))
    return list(rows.values("kind", "name").annotate(number=Count("pk")).order_by("-number", "name")[:limit])


def fire_now(timer: int, actor: Actor, *, reason: str = "") -> None:
    """A timer fires before its time; one that repeats keeps its further moments."""
    process = Process.objects.filter(versions__states__timer__pk=timer).first()
    if process is None:
        raise NotFound("timer-not-found", say("There is no such timer: it has fired, or its step has been left."))
    require(actor, "operate", process)

    def act(store: Store, unit: Unit) -> None:
        row = Timer.objects.filter(pk=timer).first()
        loaded = store.load([instance_of(timer)]).get(instance_of(timer))
        if row is None or loaded is None:
            raise Conflict("timer-gone", say("The timer has fired meanwhile, or its step has been left."))
        if row.is_held:
            raise Conflict("instance-suspended", say("The instance is suspended: its timers wait until it is resumed."))
        case = unit.open(loaded)
        note_reason(case, reason, actor)
        unit.batch.ended_timers.append(row.pk)
        data = {"due": row.due.isoformat(), "remaining": row.remaining}
        move(unit, case, Message(row.token, row.trigger, data, name_of(actor)))

    in_unit(act)
