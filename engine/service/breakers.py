"""Circuit breakers: a kind of job that fails again and again rests for a while, and its jobs lose no attempts.

What counts failures is one process; what rests is said in the database, for all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from engine.models import Breaker
from engine.push.moved import send_breaker_changed
from engine.service.rights import Actor, require_any
from engine.store.writing import write_transaction

MOST_FAILURES = 5  # one after the other
FIRST_REST = 15.0
LONGEST_REST = 600.0


class Allowed(NamedTuple):
    closed: list[str]  # work as ever
    half_open: list[str]  # have rested: one job may try


_failures: dict[str, int] = {}
_resting: set[str] = set()  # as last read


def allowed(types: Collection[str]) -> Allowed:
    """Which of the types may be worked on now."""
    now = datetime.now(UTC)
    resting = dict(Breaker.objects.filter(type__in=types).values_list("type", "open_until"))
    _resting.difference_update(types)
    _resting.update(resting)
    return Allowed(
        [one for one in types if one not in resting],
        [one for one, until in resting.items() if until <= now],
    )


def record(results: Iterable[tuple[str, bool]]) -> None:
    """What came of jobs, in their order: the type, and whether the attempt worked."""
    for job_type, is_done in results:
        if is_done:
            _failures.pop(job_type, None)
            if job_type in _resting:
                _close(job_type)
        else:
            _failures[job_type] = _failures.get(job_type, 0) + 1
            if job_type in _resting or _failures[job_type] >= MOST_FAILURES:
                _open(job_type)


def list_breakers(actor: Actor) -> list[Breaker]:
    require_any(actor, "operate")
    return list(Breaker.objects.order_by("type"))


def reset(job_type: str, actor: Actor) -> None:
    """Let the jobs of the type be worked on at once."""
    require_any(actor, "operate")
    _close(job_type)


def forget_all() -> None:
    """For tests."""
    _failures.clear()
    _resting.clear()


def _open(job_type: str) -> None:
    now = datetime.now(UTC)
    _failures.pop(job_type, None)
    with write_transaction():
        breaker, _ = Breaker.objects.get_or_create(
            type=job_type, defaults={"opened_at": now, "open_until": now, "openings": 0}
        )
        if breaker.open_until > now:
            return  # another process was first
        rest = min(FIRST_REST * 2.0**breaker.openings, LONGEST_REST)
        breaker.openings += 1
        breaker.open_until = now + timedelta(seconds=rest)
        breaker.save()
    _resting.add(job_type)
    send_breaker_changed()


def _close(job_type: str) -> None:
    with write_transaction():
        is_gone, _ = Breaker.objects.filter(type=job_type).delete()
    _resting.discard(job_type)
    if is_gone:
        send_breaker_changed()
