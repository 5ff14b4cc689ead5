"""Which steps are tried again or wait for an open breaker, for the diagram; nothing is changed here."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TypedDict

from django.db.models import Count, Q

from engine.models import Breaker, Incident, Instance, Job, Token
from engine.models.keys import instance_of, span
from engine.models.waits import CONTINUATION
from engine.service.reading import OPEN

MOST_CALLED = 500  # of one instance, the oldest
MOST_JOBS = 500  # of one instance; the diagram shows them by step
LONGEST_MESSAGE = 200


class Attempt(TypedDict):
    """A step whose job has failed `failed` times and has another `left`; of several jobs the one that failed most.
    `again_at` is None while a worker has it. `rests_until` is None unless its type of job rests. Of a step that calls,
    `called` counts the instances whose jobs these are, and `standing` those that stand still at an incident."""

    node: str
    name: str
    count: int
    failed: int
    left: int
    message: str
    again_at: datetime | None
    rests_until: datetime | None
    called: int
    standing: int


def list_attempts(instance: int) -> list[Attempt]:
    """Of one instance, in the order of the jobs, and of those that it calls. Those whose attempts are used up are
    incidents."""
    resting = _read_resting()
    jobs = Job.objects.filter(id__range=span(instance), retries__gt=0).exclude(type=CONTINUATION)
    jobs = jobs.filter(Q(failures__isnull=False) | Q(type__in=resting)).select_related("state").order_by("pk")
    found: dict[str, Attempt] = {}
    for job in jobs[:MOST_JOBS]:
        failures = job.failures or []
        until = resting.get(job.type)
        if not failures and (until is None or job.owner):
            continue
        own = found.get(job.state.node)
        count = own["count"] + 1 if own is not None else 1
        if own is None or len(failures) > own["failed"]:
            own = found[job.state.node] = {
                "node": job.state.node,
                "name": job.state.name or job.state.node,
                "count": count,
                "failed": len(failures),
                "left": job.retries,
                "message": str(failures[-1]["message"])[:LONGEST_MESSAGE] if failures else "",
                "again_at": None if job.owner else job.available_at,
                "rests_until": until,
                "called": 0,
                "standing": 0,
            }
        own["count"] = count
    return [*found.values(), *_list_called(instance, resting)]


def callees_of(instance: int) -> dict[int, int]:
    """Called instances that go on, and for each the token that has called it."""
    rows = Instance.objects.filter(parent__range=span(instance), status__in=OPEN).order_by("pk")
    return {child: parent for child, parent in rows.values_list("pk", "parent")[:MOST_CALLED] if parent is not None}


def _list_called(instance: int, resting: dict[str, datetime]) -> list[Attempt]:
    """By step that calls. What the called ones say of their failures is theirs: who may see them reads it there."""
    callees = callees_of(instance)
    if not callees:
        return []
    open_ones = Incident.objects.of_any(callees).filter(status=Incident.Status.OPEN).values_list("pk", flat=True)
    standing = {instance_of(key) for key in open_ones[:MOST_JOBS]}
    jobs = Job.objects.of_any(callees).filter(retries__gt=0).exclude(type=CONTINUATION).order_by("pk")
    failing = list(jobs.filter(Q(failures__isnull=False) | Q(type__in=resting, owner=None))[:MOST_JOBS])
    concerned = {callees[child] for child in (*standing, *(instance_of(job.pk) for job in failing))}
    tokens = Token.objects.filter(pk__in=concerned).values_list("pk", "state__node", "state__name")
    steps: dict[str, tuple[str, set[int]]] = {}
    for token, node, name in tokens:
        steps.setdefault(node, (name or node, set()))[1].update(one for one, by in callees.items() if by == token)
    return [_tell_called(node, name, ours, standing, failing, resting) for node, (name, ours) in steps.items()]


def _tell_called(
    node: str, name: str, ours: set[int], standing: set[int], failing: list[Job], resting: dict[str, datetime]
) -> Attempt:
    jobs = [job for job in failing if instance_of(job.pk) in ours]
    worst = max(jobs, key=lambda job: len(job.failures or ()), default=None)
    return {
        "node": node,
        "name": name,
        "count": len(jobs),
        "failed": len(worst.failures or ()) if worst is not None else 0,
        "left": worst.retries if worst is not None else 0,
        "message": "",
        "again_at": None if worst is None or worst.owner else worst.available_at,
        "rests_until": max((resting[job.type] for job in jobs if job.type in resting), default=None),
        "called": len({instance_of(job.pk) for job in jobs} | standing & ours),
        "standing": len(standing & ours),
    }


def list_resting(states: Collection[int]) -> list[Attempt]:
    """Of all instances: those of these states at which jobs wait for an open breaker."""
    resting = _read_resting()
    if not resting:
        return []
    waiting = Job.objects.filter(type__in=resting, available_at__isnull=False, owner=None, state__in=states)
    rows = (
        waiting.values_list("state__node", "state__name", "type").annotate(number=Count("pk")).order_by("state__node")
    )
    return [
        {
            "node": node,
            "name": name or node,
            "count": number,
            "failed": 0,
            "left": 0,
            "message": "",
            "again_at": None,
            "rests_until": resting[job_type],
            "called": 0,
            "standing": 0,
        }
        for node, name, job_type, number in rows.order_by("state__node")
    ]


def _read_resting() -> dict[str, datetime]:
    return dict(Breaker.objects.values_list("type", "open_until"))
