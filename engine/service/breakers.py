"""Circuit breakers: a kind of job, a host or a webhook that fails again and again rests for a while, and what waits for
it loses no attempts.

What counts failures is one process; what rests is said in the database, for all of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from engine.models import Breaker, Job
from engine.push.moved import send_breaker_changed
from engine.service.rights import Actor, require_any
from engine.store.writing import write_transaction

HOST = "#host:"  # before the name of a host that HTTP tasks ask
LONGEST_NAME = 255
MOST_FAILURES = 5  # one after the other
FIRST_REST = 15.0
LONGEST_REST = 600.0
TRIAL_SECONDS = 10.0  # so long whoever tries a host that has rested is alone; then another one may


class Allowed(NamedTuple):
    closed: list[str]  # work as ever
    half_open: list[str]  # have rested: one job may try


_failures: dict[str, int] = {}
_resting: set[str] = set()  # as last read
_tried: set[str] = set()  # by this process, which has not said yet what came of it


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


def name_host(host: str) -> str:
    return f"{HOST}{host}"[:LONGEST_NAME]


def ask_leave(name: str) -> float:
    """To try it now: the seconds until it may be asked again, none where it may be tried. Of all that ask when it has
    rested, one may."""
    now = datetime.now(UTC)
    until = Breaker.objects.filter(type=name).values_list("open_until", flat=True).first()
    if until is None:
        _resting.discard(name)
        return 0.0
    _resting.add(name)
    if until > now:
        return (until - now).total_seconds()
    with write_transaction():
        is_first = Breaker.objects.filter(type=name, open_until=until).update(
            open_until=now + timedelta(seconds=TRIAL_SECONDS)
        )
    if not is_first:
        return TRIAL_SECONDS
    _tried.add(name)
    return 0.0


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
    """Let what rests be tried at once."""
    require_any(actor, "operate")
    _close(job_type)
    if job_type.startswith(HOST):
        now = datetime.now(UTC)
        waiting = Job.objects.filter(owner=None, available_at__gt=now, progress__contains=job_type.removeprefix(HOST))
        with write_transaction():
            waiting.update(available_at=now)


def forget_all() -> None:
    """For tests."""
    _failures.clear()
    _resting.clear()
    _tried.clear()


def _open(job_type: str) -> None:
    now = datetime.now(UTC)
    _failures.pop(job_type, None)
    with write_transaction():
        breaker, _ = Breaker.objects.get_or_create(
            type=job_type, defaults={"opened_at": now, "open_until": now, "openings": 0}
        )
        if breaker.open_until > now and job_type not in _tried:
            return  # another process was first
        _tried.discard(job_type)
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
    _tried.discard(job_type)
    if is_gone:
        send_breaker_changed()
