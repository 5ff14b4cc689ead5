"""Incidents by their cause, and their retry in bulk; one incident's retry is in instances."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, Max, Min, Q
from django.db.models.expressions import F, Value
from django.db.models.functions import Coalesce, NullIf

from engine.models import Incident
from engine.models.keys import instance_of
from engine.service import instances
from engine.service.errors import Invalid, NotFound, ServiceError
from engine.service.rights import Actor, allowed_processes

# So many different messages are looked at; what is beyond is seen when the first ones are repaired.
MOST_MESSAGES = 5_000
MOST_AT_ONCE = 1_000
# What differs between two failures of the same cause: numbers, ids, addresses in memory, quoted values.
VARYING = re.compile(
    r"0x[0-9a-f]+|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|“[^”]*”|'[^']*'|\"[^\"]*\"|\d+", re.IGNORECASE
)


class Group(NamedTuple):
    """Open incidents of one cause: the same step of a process, the same code, the same words."""

    key: str
    process: str
    process_name: str
    node: str
    code: str
    message: str  # of the newest of them
    number: int
    sample: int  # the newest of them
    instance: int  # that of the sample
    oldest_at: datetime
    newest_at: datetime


class Result(NamedTuple):
    """What became of one incident of a bulk retry; `error` says why it was not tried."""

    incident: int
    error: ServiceError | None


class _Line(NamedTuple):
    process: int
    process_key: str
    process_name: str
    place: str
    code: str
    message: str
    number: int
    sample: int
    oldest_at: datetime
    newest_at: datetime


def list_groups(actor: Actor, *, process: str = "", limit: int = 50) -> list[Group]:
    """The commonest causes first, of the processes that the actor sees."""
    groups: dict[str, Group] = {}
    for line in _read_lines(actor, process):
        key = _key(line)
        known = groups.get(key)
        own = Group(
            key, line.process_key, line.process_name or line.process_key, line.place, line.code, line.message,
            line.number, line.sample, instance_of(line.sample), line.oldest_at, line.newest_at,
        )  # fmt: skip
        groups[key] = own if known is None else _join(known, own)
    ordered = sorted(groups.values(), key=lambda group: (-group.number, -group.sample))
    return ordered[:limit]


def list_members(actor: Actor, key: str, *, limit: int = MOST_AT_ONCE) -> list[int]:
    """The open incidents of the group, the oldest first."""
    members: list[int] = []
    for line in _read_lines(actor, ""):
        if _key(line) == key:
            rows = _open(actor).filter(state__version__process=line.process, place=line.place, code=line.code)
            members += rows.filter(message=line.message).order_by("pk").values_list("pk", flat=True)[:limit]
    if not members:
        raise NotFound("group-not-found", "No open incident has this cause any more.")
    return sorted(members)[:limit]


def retry_group(
    actor: Actor, key: str, *, variables: dict[str, Any] | None = None, reason: str = "", limit: int = MOST_AT_ONCE
) -> list[Result]:
    """Retry the incidents of one cause, the oldest first; those beyond the limit are left for the next call."""
    return retry_many(actor, list_members(actor, key, limit=limit), variables=variables, reason=reason)


def retry_many(
    actor: Actor, incidents: Collection[int], *, variables: dict[str, Any] | None = None, reason: str = ""
) -> list[Result]:
    """Change variables if given, then retry each by itself: one that cannot be tried holds up none of the others."""
    if len(incidents) > MOST_AT_ONCE:
        raise Invalid("too-many", f"At most {MOST_AT_ONCE:,} incidents are retried at once.")
    instances.check_variables(variables or {})
    return [Result(one, _retry(actor, one, variables, reason)) for one in dict.fromkeys(incidents)]


def _retry(actor: Actor, incident: int, variables: dict[str, Any] | None, reason: str) -> ServiceError | None:
    try:
        instances.retry_incident(incident, actor, variables=variables, reason=reason)
    except ServiceError as error:
        return error
    return None


def _open(actor: Actor) -> Any:
    """With `place`, the node that failed."""
    rows = Incident.objects.filter(status=Incident.Status.OPEN)
    rows = rows.filter(state__version__process__in=allowed_processes(actor, "see"))
    return rows.annotate(place=Coalesce(NullIf(F("node"), Value("")), F("state__node")))


def _read_lines(actor: Actor, process: str) -> Iterator[_Line]:
    named = Q(state__version__process__key=process) if process else Q()
    rows = (
        _open(actor)
        .filter(named)
        .values_list(
            "state__version__process", "state__version__process__key", "state__version__process__name",
            "place", "code", "message",
        )
        .annotate(Count("pk"), Max("pk"), Min("created_at"), Max("created_at"))
        .order_by("-pk__count")
    )  # fmt: skip
    for row in rows[:MOST_MESSAGES]:
        yield _Line(*row)


def _key(line: _Line) -> str:
    pattern = VARYING.sub("…", line.message)
    text = "\0".join((str(line.process), line.place, line.code, pattern))
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _join(one: Group, other: Group) -> Group:
    newer = max(one, other, key=lambda group: group.sample)
    return newer._replace(
        number=one.number + other.number,
        oldest_at=min(one.oldest_at, other.oldest_at),
        newest_at=max(one.newest_at, other.newest_at),
    )
