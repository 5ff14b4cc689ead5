"""Finding instances by what they are and where they stand, in the order of their start, paged by key.

Each search walks along one index: open incidents, tokens at a step, business keys, a version's states, or else the
instances themselves, window by window, whatever their number. A request looks at so many and no more, and says where it
goes on. Values of variables are kept as compact text: a search for one is a search for its text, then checked on the
value.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import F, Q, QuerySet, TextField
from django.db.models.functions import Cast

from engine.core.model.digits import read_whole
from engine.models import Incident, Instance, ProcessVersion, State, Token
from engine.models.json_text import COMPACT
from engine.models.keys import LARGEST_INSTANCE, instance_of, make_key
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
    business_key: str = ""  # its beginning
    node: str = ""
    has_incident: bool = False
    incident: str = ""  # the message of an open incident
    variables: dict[str, Any] = field(default_factory=dict)
    started_from: datetime | None = None
    started_to: datetime | None = None
    started_by: str = ""
    is_oldest_first: bool = False

    def sort(self, keys: Iterable[int]) -> list[int]:
        return sorted(keys, reverse=not self.is_oldest_first)

    def is_beyond(self, key: int, place: int | None) -> bool:
        """Whether the key comes after the place at which the page before ended."""
        return place is None or (key > place if self.is_oldest_first else key < place)


class Found(NamedTuple):
    """`next` is where the search goes on, None at its end. It may be set though nothing was found yet."""

    instances: list[Instance]
    next: int | None


def find_instances(actor: Actor, search: Search, *, place: int | None = None, limit: int = PAGE) -> Found:
    versions = _versions_of(actor, search)
    if not versions:
        return Found([], None)
    # Not by the index of versions: where most instances have one of these, that would read them all.
    rows = _narrow(search).annotate(own=F("version_id") + 0).filter(own__in=versions)
    if search.node or search.has_incident or search.incident or search.text or search.business_key:
        candidates = _candidates(search, versions, place)
    elif (few := _few_of(versions, search)) is not None:
        candidates = _in_batches([key for key in few if search.is_beyond(key, place)])
    else:
        return _walk(rows, search, place, limit)
    return _pick(rows, candidates, search, limit)


def find_all(actor: Actor, search: Search, *, most: int) -> list[Instance]:
    """As many as there are, up to `most`, however far the search has to go."""
    found = find_instances(actor, search, limit=most)
    rows = found.instances
    while found.next is not None and len(rows) < most:
        found = find_instances(actor, search, place=found.next, limit=most - len(rows))
        rows += found.instances
    return rows


def count_instances(actor: Actor, search: Search, *, most: int = 10_000) -> int:
    """How many there are, counted up to `most`."""
    count, place = 0, None
    while count < most:
        page = find_instances(actor, search, place=place, limit=BATCH)
        count, place = count + len(page.instances), page.next
        if place is None:
            break
    return min(count, most)


# ways through


def _pick(rows: QuerySet[Instance], candidates: Iterator[list[int]], search: Search, limit: int) -> Found:
    """Those candidates that fit, in their order."""
    found: list[Instance] = []
    looked_at = 0
    for keys in candidates:
        fitting = {row.pk: row for row in _load(rows.filter(pk__in=keys), search) if _fits(row, search)}
        for key in keys:
            if key in fitting:
                found.append(fitting[key])
                if len(found) == limit:
                    return Found(found, key)
        looked_at += len(keys)
        if looked_at >= MOST_CANDIDATES:
            return Found(found, keys[-1])
    return Found(found, None)


def _walk(rows: QuerySet[Instance], search: Search, place: int | None, limit: int) -> Found:
    """Along all instances, a window of ids at a time."""
    low, high = _bounds(search, place)
    found: list[Instance] = []
    walked = 0
    while low < high and walked < MOST_WALKED:
        size = min(WINDOW, MOST_WALKED - walked, high - low)
        first, end = (low, low + size) if search.is_oldest_first else (high - size, high)
        window = rows.filter(pk__gte=first, pk__lt=end).order_by("pk" if search.is_oldest_first else "-pk")
        page = list(_load(window, search)[:limit])
        for row in page:
            if _fits(row, search):
                found.append(row)
                if len(found) == limit:
                    return Found(found, row.pk)
        if search.is_oldest_first:
            low = page[-1].pk + 1 if len(page) == limit else end
        else:
            high = page[-1].pk if len(page) == limit else first
        walked += size
    at_end = low - 1 if search.is_oldest_first else high
    return Found(found, at_end if low < high else None)


def _candidates(search: Search, versions: list[int], place: int | None) -> Iterator[list[int]]:
    """Keys of instances that may fit, in the order asked for, each once."""
    if search.text or search.business_key:
        return _standing(_in_batches(_keys_by_text(search, place)), search)
    if search.has_incident or search.incident:
        incidents = Incident.objects.filter(status=Incident.Status.OPEN)
        if search.incident:
            incidents = incidents.filter(message=search.incident)
        if search.node:
            incidents = incidents.filter(Q(node=search.node) | Q(node="", state__node=search.node))
        return _instances_of(incidents, search, place)
    states = State.objects.filter(version__in=versions, node=search.node).values_list("pk", flat=True)
    return _instances_of(Token.objects.filter(state__in=list(states)), search, place)


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


def _instances_of(parts: QuerySet[Any], search: Search, place: int | None) -> Iterator[list[int]]:
    while True:
        page = parts.order_by("pk" if search.is_oldest_first else "-pk")
        if place is not None and search.is_oldest_first:
            page = page.filter(pk__gte=make_key(place + 1, 0))
        elif place is not None:
            page = page.filter(pk__lt=make_key(place, 0))
        keys = list(page.values_list("pk", flat=True)[:BATCH])
        if not keys:
            return
        instances = list(dict.fromkeys(instance_of(key) for key in keys))
        yield instances
        place = instances[-1]


def _in_batches(keys: list[int]) -> Iterator[list[int]]:
    return (keys[at : at + BATCH] for at in range(0, len(keys), BATCH))


def _keys_by_text(search: Search, place: int | None) -> list[int]:
    text = search.text or search.business_key
    # The first condition is that of the index.
    rows = Instance.objects.exclude(business_key="").filter(business_key__startswith=text)
    if connection.vendor == "sqlite":
        # Its LIKE uses no index; its order is that of the characters, so that a beginning is a range.
        rows = rows.filter(business_key__gte=text, business_key__lt=text + "\U0010ffff")
    if search.business_key:
        rows = rows.filter(business_key__startswith=search.business_key)
    if place is not None:
        rows = rows.filter(pk__gt=place) if search.is_oldest_first else rows.filter(pk__lt=place)
    rows = rows.order_by("pk" if search.is_oldest_first else "-pk")
    keys = set(rows.values_list("pk", flat=True)[:MOST_CANDIDATES])
    own = read_whole(search.text, LARGEST_INSTANCE)
    if own is not None and search.is_beyond(own, place) and not search.business_key:
        keys.add(own)
    return search.sort(keys)


def _few_of(versions: list[int], search: Search) -> list[int] | None:
    """The keys of all instances of the versions in these states, in order; None where they are many."""
    rows = Instance.objects.filter(version__in=versions)
    if search.status:
        rows = rows.filter(status__in=search.status)
    keys = list(rows.order_by().values_list("pk", flat=True)[: FEW + 1])
    return search.sort(keys) if len(keys) <= FEW else None


def _bounds(search: Search, place: int | None) -> tuple[int, int]:
    """From which id to before which those lie that started in time, beyond the place: ids grow with time, nearly."""
    ids = Instance.objects.order_by("pk").values_list("pk", flat=True)
    first, last = ids.first() or 0, ids.last() or 0
    low = first if search.started_from is None else _first_from(search.started_from, first, last) - DISORDER
    high = last if search.started_to is None else _first_from(search.started_to, first, last) + DISORDER
    low, high = max(low, first), min(high, last) + 1
    if place is None:
        return low, high
    return (max(low, place + 1), high) if search.is_oldest_first else (low, min(high, place))


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


def _load(rows: QuerySet[Instance], search: Search) -> QuerySet[Instance]:
    rows = rows.select_related("version__process")
    return rows.defer("data") if search.variables else rows.defer("data", "variables")


def _fits(row: Instance, search: Search) -> bool:
    """The values themselves, of their kind: their text may stand inside another value."""
    return all(
        name in row.variables and row.variables[name] == value and type(row.variables[name]) is type(value)
        for name, value in search.variables.items()
    )
