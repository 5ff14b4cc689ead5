"""Finding instances by what they are and where they stand; newest first, paged by key, whatever their number.

Each search walks one index backwards: open incidents, tokens at a step, business keys, a version's states, or else
the instances themselves, window by window. A request looks at so many and no more, and says where it goes on.
Values of variables are kept as compact text: a search for one is a search for its text, then checked on the value.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import F, Q, QuerySet, TextField
from django.db.models.functions import Cast

from engine.models import Incident, Instance, ProcessVersion, State, Token
from engine.models.keys import LARGEST_INSTANCE, instance_of, make_key
from engine.models.logs import COMPACT
from engine.service.rights import Actor, allowed_processes

PAGE = 50
# Candidates of one request, and of one statement.
MOST_CANDIDATES = 20_000
BATCH = 100
# Ids of one request that walks over all instances, and of one statement.
MOST_WALKED = 200_000
WINDOW = 50_000
# So many of a version and state, and no more, are read by their index and sorted.
FEW = 2_000
# Processes take ids in blocks: of two instances the later one may have an id that is lower by this many.
DISORDER = 10_000


@dataclass(frozen=True)
class Search:
    """Empty is everything. `variables` are values that instances have under a name, all of them."""

    process: str = ""
    version: int | None = None
    status: Sequence[int] = ()
    text: str = ""  # the beginning of a business key, or an id
    node: str = ""
    has_incident: bool = False
    incident: str = ""  # the message of an open incident
    variables: dict[str, Any] = field(default_factory=dict)
    started_from: datetime | None = None
    started_to: datetime | None = None
    started_by: str = ""


class Found(NamedTuple):
    """`next` is where the search goes on, None at its end. It may be set though nothing was found yet."""

    instances: list[Instance]
    next: int | None


def find_instances(actor: Actor, search: Search, *, before: int | None = None, limit: int = PAGE) -> Found:
    versions = _versions_of(actor, search)
    if not versions:
        return Found([], None)
    # Not by the index of versions: where most instances have one of these, that would read them all.
    rows = _narrow(search).annotate(own=F("version_id") + 0).filter(own__in=versions)
    if search.node or search.has_incident or search.incident or search.text:
        candidates = _candidates(search, versions, before)
    elif (few := _few_of(versions, search.status)) is not None:
        candidates = _in_batches([key for key in few if before is None or key < before])
    else:
        return _walk(rows, search, before, limit)
    return _pick(rows, candidates, search, limit)


def count_instances(actor: Actor, search: Search, *, most: int = 10_000) -> int:
    """How many there are, counted up to `most`."""
    count, before = 0, None
    while count < most:
        page = find_instances(actor, search, before=before, limit=BATCH)
        count, before = count + len(page.instances), page.next
        if before is None:
            break
    return min(count, most)


# ways through


def _pick(rows: QuerySet[Instance], candidates: Iterator[list[int]], search: Search, limit: int) -> Found:
    """Those candidates that fit, in their order."""
    found: list[Instance] = []
    looked_at = 0
    for keys in candidates:
        fitting = {row.pk: row for row in _load(rows.filter(pk__in=keys)) if _fits(row, search)}
        for key in keys:
            if key in fitting:
                found.append(fitting[key])
                if len(found) == limit:
                    return Found(found, key)
        looked_at += len(keys)
        if looked_at >= MOST_CANDIDATES:
            return Found(found, keys[-1])
    return Found(found, None)


def _walk(rows: QuerySet[Instance], search: Search, before: int | None, limit: int) -> Found:
    """Backwards over all instances, a window of ids at a time."""
    first, last = _bounds(search)
    upper = last + 1 if before is None else min(before, last + 1)
    end = max(first, upper - MOST_WALKED)
    found: list[Instance] = []
    while upper > end:
        lower = max(upper - WINDOW, end)
        page = list(_load(rows.filter(pk__gte=lower, pk__lt=upper).order_by("-pk"))[:limit])
        for row in page:
            if _fits(row, search):
                found.append(row)
                if len(found) == limit:
                    return Found(found, row.pk)
        upper = page[-1].pk if len(page) == limit else lower
    return Found(found, upper if upper > first else None)


def _candidates(search: Search, versions: list[int], before: int | None) -> Iterator[list[int]]:
    """Keys of instances that may fit, newest first, each once."""
    if search.text:
        return _standing(_in_batches(_keys_by_text(search.text, before)), search)
    if search.has_incident or search.incident:
        incidents = Incident.objects.filter(status=Incident.Status.OPEN)
        if search.incident:
            incidents = incidents.filter(message=search.incident)
        if search.node:
            incidents = incidents.filter(Q(node=search.node) | Q(node="", state__node=search.node))
        return _instances_of(incidents, before)
    states = State.objects.filter(version__in=versions, node=search.node).values_list("pk", flat=True)
    return _instances_of(Token.objects.filter(state__in=list(states)), before)


def _standing(batches: Iterator[list[int]], search: Search) -> Iterator[list[int]]:
    """Those of the keys with such an incident and with a token at the step, as far as these are asked for."""
    for keys in batches:
        kept = set(keys)
        span = Q()
        for key in keys:
            span |= Q(pk__gte=make_key(key, 0), pk__lt=make_key(key + 1, 0))
        if search.has_incident or search.incident:
            incidents = Incident.objects.filter(span, status=Incident.Status.OPEN)
            incidents = incidents.filter(message=search.incident) if search.incident else incidents
            kept &= {instance_of(key) for key in incidents.values_list("pk", flat=True)}
        if search.node:
            tokens = Token.objects.filter(span, state__node=search.node)
            kept &= {instance_of(key) for key in tokens.values_list("pk", flat=True)}
        if kept:
            yield [key for key in keys if key in kept]


def _instances_of(parts: QuerySet[Any], before: int | None) -> Iterator[list[int]]:
    last = before
    while True:
        page = parts if last is None else parts.filter(pk__lt=make_key(last, 0))
        keys = list(page.order_by("-pk").values_list("pk", flat=True)[:BATCH])
        if not keys:
            return
        instances = list(dict.fromkeys(instance_of(key) for key in keys))
        yield instances
        last = instances[-1]


def _in_batches(keys: list[int]) -> Iterator[list[int]]:
    return (keys[at : at + BATCH] for at in range(0, len(keys), BATCH))


def _keys_by_text(text: str, before: int | None) -> list[int]:
    # The first condition is that of the index.
    rows = Instance.objects.exclude(business_key="").filter(business_key__startswith=text)
    if connection.vendor == "sqlite":
        # Its LIKE uses no index; its order is that of the characters, so that a beginning is a range.
        rows = rows.filter(business_key__gte=text, business_key__lt=text + "\U0010ffff")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    keys = set(rows.order_by("-pk").values_list("pk", flat=True)[:MOST_CANDIDATES])
    if text.isascii() and text.isdigit() and int(text[:18]) <= LARGEST_INSTANCE and (not before or int(text) < before):
        keys.add(int(text[:18]))
    return sorted(keys, reverse=True)


def _few_of(versions: list[int], status: Sequence[int]) -> list[int] | None:
    """The keys of all instances of the versions in these states, newest first; None where they are many."""
    rows = Instance.objects.filter(version__in=versions)
    if status:
        rows = rows.filter(status__in=status)
    keys = list(rows.order_by().values_list("pk", flat=True)[: FEW + 1])
    return sorted(keys, reverse=True) if len(keys) <= FEW else None


def _bounds(search: Search) -> tuple[int, int]:
    """Between which ids those lie that started in time: ids grow with time, nearly."""
    ids = Instance.objects.order_by("pk").values_list("pk", flat=True)
    first, last = ids.first() or 0, ids.last() or 0
    lower = first if search.started_from is None else _first_from(search.started_from, first, last) - DISORDER
    upper = last if search.started_to is None else _first_from(search.started_to, first, last) + DISORDER
    return max(lower, first), min(upper, last)


def _first_from(moment: datetime, first: int, last: int) -> int:
    while first < last:
        middle = (first + last) // 2
        rows = Instance.objects.filter(pk__lte=middle, pk__gte=first).order_by("-pk")
        started_at = rows.values_list("started_at", flat=True).first()
        if started_at is None or started_at < moment:
            first = middle + 1
        else:
            last = middle
    return first


# conditions


def _versions_of(actor: Actor, search: Search) -> list[int]:
    rows = ProcessVersion.objects.filter(process__in=allowed_processes(actor, "see"))
    if search.process:
        rows = rows.filter(process__key=search.process)
    if search.version is not None:
        rows = rows.filter(number=search.version)
    return list(rows.values_list("pk", flat=True))


def _narrow(search: Search) -> QuerySet[Instance]:
    """Everything but the version and what the candidates were found by."""
    rows: QuerySet[Any] = Instance.objects.all()
    if search.status:
        rows = rows.filter(status__in=search.status)
    if search.started_from is not None:
        rows = rows.filter(started_at__gte=search.started_from)
    if search.started_to is not None:
        rows = rows.filter(started_at__lt=search.started_to)
    if search.started_by:
        rows = rows.filter(started_by=search.started_by)
    if search.variables:
        rows = rows.annotate(text=Cast("variables", TextField()))
    for name, value in search.variables.items():
        pair = json.dumps(name, ensure_ascii=False) + ":" + json.dumps(value, ensure_ascii=False, separators=COMPACT)
        rows = rows.filter(text__contains=pair)
    return rows


def _load(rows: QuerySet[Instance]) -> QuerySet[Instance]:
    return rows.select_related("version__process").defer("data")


def _fits(row: Instance, search: Search) -> bool:
    """The values themselves, of their kind: their text may stand inside another value."""
    return all(
        name in row.variables and row.variables[name] == value and type(row.variables[name]) is type(value)
        for name, value in search.variables.items()
    )
