"""Backfills: a process run for each date of a range, so many at once; starting the runs is work.

It is planned, counted, paused, cancelled, and failed dates are retried here; `backfill_work` does it in the sweep.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.db.models import QuerySet

from engine.core.model.words import say
from engine.core.triggers.schedule import Pause
from engine.models import Backfill, BackfillRun, Incident, Instance, Process
from engine.models.keys import instance_of
from engine.push.signals import work_waiting
from engine.service import dates, instances
from engine.service.errors import Conflict, Invalid, NotFound
from engine.service.instances import check_variables
from engine.service.rights import Actor, name_of, require
from engine.service.versions import Version, get_version
from engine.store.writing import write_transaction

MOST_DATES = 1000
MOST_AT_ONCE = 50
RUNNING, PAUSED, CANCELLED, DONE = Backfill.Status.values
PAUSES = {"day": Pause(0, timedelta(days=1)), "week": Pause(0, timedelta(days=7)), "month": Pause(1, timedelta())}
OPEN = (Instance.Status.ACTIVE, Instance.Status.SUSPENDED)


class Plan(NamedTuple):
    """What a backfill would do: the dates it runs, and those that have run already."""

    dates: list[date]
    known: list[date]
    trigger: str
    variable: str


class Wish(NamedTuple):
    """What is asked for. `variable` is for a process that does not say itself where the date goes."""

    first: date
    last: date
    every: str = "day"
    limit: int = 3
    variable: str = ""
    variables: dict[str, Any] | None = None
    is_again: bool = False
    reason: str = ""


def plan(actor: Actor, process: str, wish: Wish) -> Plan:
    """Counted, and nothing started."""
    row = _get_process(actor, process)
    if not 1 <= wish.limit <= MOST_AT_ONCE:
        raise Invalid("backfill-limit", say("From 1 to %(most)s runs go at once.", most=MOST_AT_ONCE))
    check_variables(wish.variables or {})
    trigger, variable = dates.start_of(version_of(row))
    if not trigger:
        message = say(
            "“%(process)s” cannot be run for a date: it needs a plain start, or a timer start with a run date.",
            process=row,
        )
        raise Invalid("no-dated-start", message)
    if trigger == "start":
        variable = wish.variable or variable
    days = list_dates(wish.first, wish.last, wish.every)
    known = set() if wish.is_again else set(dates.find_runs(process, days))
    return Plan([day for day in days if day not in known], sorted(known), trigger, variable)


def list_dates(first: date, last: date, every: str) -> list[date]:
    if every not in PAUSES:
        raise Invalid("backfill-every", say("A backfill has a run every %(pauses)s.", pauses=", ".join(PAUSES)))
    if last < first:
        raise Invalid("backfill-range", say("The last date is before the first one."))
    if (last - first).days > MOST_DATES * 31:
        raise Invalid("backfill-range", say("One backfill runs %(most)s dates at most.", most=MOST_DATES))
    pause, begin, days = PAUSES[every], datetime.combine(first, time(), UTC), [first]
    while len(days) <= MOST_DATES:
        step = Pause(pause.months * len(days), pause.rest * len(days))  # from the first date: the 31st stays the 31st
        day = step.after(begin).date()
        if day > last:
            return days
        days.append(day)
    raise Invalid("backfill-range", say("One backfill runs %(most)s dates at most.", most=MOST_DATES))


def start_backfill(actor: Actor, process: str, wish: Wish, *, expected: int | None = None) -> Backfill:
    """`expected` is the number of runs that was shown: where it is another one meanwhile nothing is done."""
    row = _get_process(actor, process)
    with write_transaction():
        list(Process.objects.select_for_update().filter(pk=row.pk))  # two at once do not plan the same dates
        planned = plan(actor, process, wish)
        if expected is not None and len(planned.dates) != expected:
            raise Conflict(
                "backfill-changed", say("%(dates)s dates are to be run by now. Look again.", dates=len(planned.dates))
            )
        if not planned.dates:
            raise Conflict("backfill-empty", say("Every date of this range has run already."))
        _refuse_overlap(row, planned.dates)
        backfill = Backfill.objects.create(
            process=row, created_at=datetime.now(UTC), first=wish.first, last=wish.last, every=wish.every,
            limit=wish.limit, variable=planned.variable, is_again=wish.is_again, actor=name_of(actor),
            reason=wish.reason[: instances.LONGEST_REASON],
            variables=wish.variables or None,  # type: ignore[misc]  # the field keeps any JSON
        )  # fmt: skip
        BackfillRun.objects.bulk_create([BackfillRun(backfill=backfill, date=day) for day in planned.dates])
    work_waiting.send(sender=None, queue="sweep")
    return backfill


def pause(actor: Actor, backfill: int, *, is_paused: bool = True) -> None:
    """What runs goes on; nothing more is started until it is resumed."""
    row = _get(actor, backfill, "operate")
    changed = Backfill.objects.filter(pk=row.pk, status=RUNNING if is_paused else PAUSED, ended_at=None)
    if not changed.update(status=PAUSED if is_paused else RUNNING, note=""):
        raise Conflict(
            "backfill-status",
            say("The backfill is %(status)s.", status=row.get_status_display()),
        )
    work_waiting.send(sender=None, queue="sweep")


def cancel(actor: Actor, backfill: int, *, stops_runs: bool = False) -> None:
    """Nothing more is started; what runs goes on, unless it is to be cancelled too."""
    row = _get(actor, backfill, "operate")
    ended = None if stops_runs else datetime.now(UTC)
    stopped_by = name_of(actor) if stops_runs else None
    changed = Backfill.objects.filter(pk=row.pk, status__in=(RUNNING, PAUSED))
    if not changed.update(status=CANCELLED, stopped_by=stopped_by, ended_at=ended, note=""):
        raise Conflict(
            "backfill-status",
            say("The backfill is %(status)s.", status=row.get_status_display()),
        )
    work_waiting.send(sender=None, queue="sweep")


def retry(actor: Actor, backfill: int, *, days: Collection[date] | None = None) -> int:
    """Dates that failed (of these) once more: a failed step alone where one stands, else a new run; how many."""
    row = _get(actor, backfill, "operate")
    if row.status == CANCELLED:
        raise Conflict("backfill-status", say("The backfill is cancelled: start another one for these dates."))
    failed = [run.date for run in list_runs(row) if run.is_failed and (days is None or run.date in days)]
    changed = row.runs.filter(date__in=failed).update(retried_by=name_of(actor), is_over=False)
    if changed:
        Backfill.objects.filter(pk=row.pk).update(status=RUNNING, ended_at=None, note="")
        work_waiting.send(sender=None, queue="sweep")
    return changed


class Run(NamedTuple):
    """A date and how it stands: waiting, running, incident, done, known, failed, cancelled, error."""

    date: date
    state: str
    instance: int | None
    error: str

    @property
    def is_failed(self) -> bool:
        return self.state in ("incident", "failed", "cancelled", "error")


STATES = {
    Instance.Status.ACTIVE: "running",
    Instance.Status.SUSPENDED: "running",
    Instance.Status.COMPLETED: "done",
    Instance.Status.TERMINATED: "done",
    Instance.Status.CANCELLED: "cancelled",
    Instance.Status.FAILED: "failed",
}


def list_runs(backfill: Backfill) -> list[Run]:
    """All dates as they stand now, the earliest first."""
    rows = list(backfill.runs.order_by("date"))
    keys = [row.instance for row in rows if row.instance is not None]
    statuses = read_statuses(keys)
    stuck = find_stuck(keys)
    return [Run(row.date, _state_of(row, statuses, stuck), row.instance, row.error) for row in rows]


def _state_of(row: BackfillRun, statuses: dict[int, int], stuck: set[int]) -> str:
    if row.error:
        return "error"
    if row.instance is None:
        return "waiting"
    if row.is_known:
        return "known"
    state = STATES[Instance.Status(statuses.get(row.instance, Instance.Status.CANCELLED))]
    return "incident" if state == "running" and row.instance in stuck else state


def count_states(runs: Iterable[Run]) -> Counter[str]:
    return Counter(run.state for run in runs)


def list_backfills(actor: Actor, process: Process, *, limit: int = 20) -> list[Backfill]:
    require(actor, "see", process)
    return list(process.backfills.select_related("process").order_by("-id")[:limit])


def get_backfill(actor: Actor, backfill: int) -> Backfill:
    return _get(actor, backfill, "see")


def read_statuses(keys: Collection[int]) -> dict[int, int]:
    return dict(Instance.objects.filter(pk__in=keys).values_list("pk", "status")) if keys else {}


def find_stuck(keys: Collection[int]) -> set[int]:
    """Those of the instances that stand at an incident."""
    found = Incident.objects.of_any(keys).filter(status=Incident.Status.OPEN).values_list("id", flat=True)
    return {instance_of(key) for key in found}


def _refuse_overlap(process: Process, days: Collection[date]) -> None:
    others = BackfillRun.objects.filter(
        backfill__process=process, backfill__ended_at=None, is_over=False, instance=None
    )
    other = others.filter(date__in=list(days)).order_by("date").first()
    if other is not None:
        message = say(
            "Another backfill of this process, number %(number)s, is still to run %(date)s.",
            number=other.backfill_id,
            date=other.date,
        )
        raise Conflict("backfill-overlap", message)


def _get(actor: Actor, backfill: int, right: Any) -> Backfill:
    rows: QuerySet[Backfill] = Backfill.objects.select_related("process")
    row = rows.filter(pk=backfill).first()
    missing = NotFound("backfill-not-found", say("There is no such backfill, or you may not see it."))
    if row is None:
        raise missing
    try:
        require(actor, right, row.process)
    except NotFound:
        raise missing from None
    return row


def _get_process(actor: Actor, key: str) -> Process:
    row = Process.objects.filter(key=key).first()
    if row is None:
        raise NotFound("process-not-found", say("There is no such process, or you may not see it."))
    require(actor, "operate", row)
    return row


def version_of(process: Process) -> Version:
    row = Process.objects.get(pk=process.pk)
    if row.latest_id is None:
        raise Conflict("process-not-deployed", say("“%(process)s” is not deployed.", process=row))
    if row.is_suspended:
        raise Conflict(
            "process-suspended", say("“%(process)s” is suspended: it starts nothing until it is resumed.", process=row)
        )
    return get_version(row.latest_id)
