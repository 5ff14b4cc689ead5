"""Figures about how a process runs, from instances and their histories; how they are drawn is the pages' business.

Times at steps are measured on the newest instances of the period, so that a page costs the same however many
there are; the answer says how many these were.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDay, TruncHour

from engine.models import Instance, ProcessVersion
from engine.service.chronicle import Chronicle
from engine.service.moments import iterate_moments
from engine.service.rights import Actor, allowed_processes

MOST_MEASURED = 1000
MOST_TIMED = 10_000
ENDED_WELL = (Instance.Status.COMPLETED,)
ENDED_BADLY = (Instance.Status.FAILED,)


class Slot(NamedTuple):
    """One day or hour: how many started in it, and how those ended."""

    at: datetime
    started: int
    completed: int
    failed: int
    other: int  # terminated or cancelled


class Timed(NamedTuple):
    """A length of time, and an instance that took it."""

    length: timedelta
    instance: int


class Spread(NamedTuple):
    """Half took no longer than p50, and so on."""

    number: int
    p50: Timed
    p95: Timed
    p99: Timed


class StepFigures(NamedTuple):
    node: str
    entered: int
    cancelled: int
    retries: int
    incidents: int
    total: timedelta
    spread: Spread | None  # None: nothing has left it yet


class Figures(NamedTuple):
    slots: list[Slot]
    is_hourly: bool
    duration: Spread | None
    steps: list[StepFigures]
    measured: int
    retries: int
    incidents: int

    @property
    def started(self) -> int:
        return sum(slot.started for slot in self.slots)

    @property
    def completed(self) -> int:
        return sum(slot.completed for slot in self.slots)

    @property
    def failed(self) -> int:
        return sum(slot.failed for slot in self.slots)


def read_figures(actor: Actor, process: int, since: datetime, now: datetime, zone: tzinfo) -> Figures | None:
    """Of one process that the actor may see; None of another."""
    if process not in allowed_processes(actor, "see", [process]):
        return None
    versions = list(ProcessVersion.objects.filter(process=process).values_list("pk", flat=True))
    rows = Instance.objects.filter(version__in=versions, started_at__gte=since)
    is_hourly = now - since <= timedelta(days=2)
    newest = list(rows.order_by("-pk").only("pk", "version", "started_at", "ended_at", "status")[:MOST_MEASURED])
    steps = measure_steps(newest)
    return Figures(
        _count_slots(rows, since, now, zone, is_hourly=is_hourly),
        is_hourly,
        _time_instances(rows),
        steps,
        len(newest),
        sum(step.retries for step in steps),
        sum(step.incidents for step in steps),
    )


def measure_steps(instances: Iterable[Instance]) -> list[StepFigures]:
    """Each step that was entered, the most time first."""
    entered: Counter[str] = Counter()
    cancelled: Counter[str] = Counter()
    retries: Counter[str] = Counter()
    incidents: Counter[str] = Counter()
    times: dict[str, list[Timed]] = defaultdict(list)
    for instance in instances:
        chronicle = Chronicle(iterate_moments(instance))
        for stay in chronicle.stays:
            entered[stay.node] += 1
            cancelled[stay.node] += stay.how == "cancelled"
            if stay.ended_at is not None:
                times[stay.node].append(Timed(stay.ended_at - stay.began_at, instance.pk))
        for failure in chronicle.failures:
            (incidents if failure.is_incident else retries)[failure.node] += 1
    figures = [
        StepFigures(
            node, number, cancelled[node], retries[node], incidents[node],
            sum((time.length for time in times[node]), timedelta()), spread_of(times[node]),
        )
        for node, number in entered.items()
    ]  # fmt: skip
    return sorted(figures, key=lambda step: (-step.total, step.node))


def spread_of(times: Sequence[Timed]) -> Spread | None:
    """The values that were really there: no figure between two of them."""
    if not times:
        return None
    ordered = sorted(times)
    p50, p95, p99 = (ordered[min(int(len(ordered) * share), len(ordered) - 1)] for share in (0.5, 0.95, 0.99))
    return Spread(len(ordered), p50, p95, p99)


def _count_slots(
    rows: QuerySet[Instance], since: datetime, now: datetime, zone: tzinfo, *, is_hourly: bool
) -> list[Slot]:
    """Every slot of the period, those without a start as well."""
    truncate, step = (TruncHour, timedelta(hours=1)) if is_hourly else (TruncDay, timedelta(days=1))
    grouped = (
        rows.annotate(slot=truncate("started_at", tzinfo=zone))
        .values("slot")
        .annotate(
            started=Count("pk"),
            completed=Count("pk", filter=Q(status__in=ENDED_WELL)),
            failed=Count("pk", filter=Q(status__in=ENDED_BADLY)),
            other=Count("pk", filter=Q(status__in=(Instance.Status.TERMINATED, Instance.Status.CANCELLED))),
        )
        .order_by("slot")
    )
    known: dict[Any, Any] = {row["slot"]: row for row in grouped}
    slots: list[Slot] = []
    at = _floor(since.astimezone(zone), is_hourly=is_hourly)
    while at <= now:
        row: dict[str, int] = known.get(at, {})
        slots.append(Slot(at, *(row.get(name, 0) for name in Slot._fields[1:])))
        # A day is not always of 24 hours: its beginning is looked for anew.
        at = at + step if is_hourly else _floor(at + step + timedelta(hours=2), is_hourly=False)
    return slots


def _floor(at: datetime, *, is_hourly: bool) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0, hour=at.hour if is_hourly else 0)


def _time_instances(rows: QuerySet[Instance]) -> Spread | None:
    """How long the newest that completed took."""
    ended = rows.filter(status__in=ENDED_WELL, ended_at__isnull=False).order_by("-pk")
    found = ended.values_list("pk", "started_at", "ended_at")[:MOST_TIMED]
    return spread_of([Timed(ended - started, key) for key, started, ended in found if ended is not None])
