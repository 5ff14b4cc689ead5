"""Which steps are tried again or wait for an open breaker, for the diagram; nothing is changed here."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TypedDict

from django.db.models import Count, Q

from engine.models import Breaker, Job
from engine.models.keys import span
from engine.models.waits import CONTINUATION

MOST_JOBS = 500  # of one instance; the diagram shows them by step
LONGEST_MESSAGE = 200


class Attempt(TypedDict):
    """A step whose job has failed `failed` times and has another `left`; of several jobs the one that failed most.
    `again_at` is None while a worker has it. `rests_until` is None unless its type of job rests."""

    node: str
    name: str
    count: int
    failed: int
    left: int
    message: str
    again_at: datetime | None
    rests_until: datetime | None


def list_attempts(instance: int) -> list[Attempt]:
    """Of one instance, in the order of the jobs. Those whose attempts are used up are incidents."""
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
            }
        own["count"] = count
    return list(found.values())


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
        }
        for node, name, job_type, number in rows.order_by("state__node")
    ]


def _read_resting() -> dict[str, datetime]:
    return dict(Breaker.objects.values_list("type", "open_until"))
