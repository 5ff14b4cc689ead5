"""Finding instances by what they are and where they stand; newest first, paged by key, whatever their number.

Each search walks one index backwards: open incidents, tokens at a step, or the instances themselves. Values of
variables are kept as compact text: a search for one is a search for its text, and then checked on the value.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from engine.models import Incident, Instance, ProcessVersion, State, Token
from engine.models.keys import instance_of, make_key
from engine.models.logs import COMPACT
from engine.service.rights import Actor, allowed_processes

PAGE = 50
# So many are looked at for one page; a search that finds less in them says where it goes on.
MOST_CANDIDATES = 20_000
BATCH = 500


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
    conditions = _conditions(search, versions)
    if not search.node and not search.has_incident and not search.incident:
        return _find_among_all(conditions, search, before, limit)
    found: list[Instance] = []
    looked_at = 0
    for keys in _candidates(search, versions, before):
        rows = {row.pk: row for row in _rows(conditions.filter(pk__in=keys)) if _has_values(row, search)}
        for key in keys:
            if key in rows:
                found.append(rows[key])
                if len(found) == limit:
                    return Found(found, key)
        looked_at += len(keys)
        if looked_at >= MOST_CANDIDATES:
            return Found(found, keys[-1])
    return Found(found, None)


def count_instances(actor: Actor, search: Search, *, most: int = 10_000) -> int:
    """How many there are, counted up to `most`: for “this many will be changed”."""
    count, before = 0, None
    while count < most:
        page = find_instances(actor, search, before=before, limit=BATCH)
        count, before = count + len(page.instances), page.next
        if before is None:
            break
    return min(count, most)


def _find_among_all(conditions: QuerySet[Instance], search: Search, before: int | None, limit: int) -> Found:
    found: list[Instance] = []
    for _turn in range(MOST_CANDIDATES // BATCH):
        rows = conditions if before is None else conditions.filter(pk__lt=before)
        page = list(_rows(rows.order_by("-pk"))[: BATCH if search.variables else limit])
        for row in page:
            before = row.pk
            if _has_values(row, search):
                found.append(row)
                if len(found) == limit:
                    return Found(found, before)
        if len(page) < (BATCH if search.variables else limit):
            return Found(found, None)
    return Found(found, before)


def _versions_of(actor: Actor, search: Search) -> list[int]:
    rows = ProcessVersion.objects.filter(process__in=allowed_processes(actor, "see"))
    if search.process:
        rows = rows.filter(process__key=search.process)
    if search.version is not None:
        rows = rows.filter(number=search.version)
    return list(rows.values_list("pk", flat=True))


def _conditions(search: Search, versions: list[int]) -> QuerySet[Instance]:
    rows = Instance.objects.filter(version__in=versions)
    if search.status:
        rows = rows.filter(status__in=search.status)
    if search.text:
        is_id = search.text.isascii() and search.text.isdigit() and len(search.text) < 19
        by_id = Q(pk=int(search.text)) if is_id else Q()
        rows = rows.filter(Q(business_key__startswith=search.text) | by_id)
    if search.started_from is not None:
        rows = rows.filter(started_at__gte=search.started_from)
    if search.started_to is not None:
        rows = rows.filter(started_at__lt=search.started_to)
    if search.started_by:
        rows = rows.filter(started_by=search.started_by)
    for name, value in search.variables.items():
        pair = json.dumps(name, ensure_ascii=False) + ":" + json.dumps(value, ensure_ascii=False, separators=COMPACT)
        rows = rows.annotate(text=Cast("variables", TextField())).filter(text__contains=pair)
    return rows


def _rows(rows: QuerySet[Instance]) -> QuerySet[Instance]:
    return rows.select_related("version__process").defer("data")


def _has_values(row: Instance, search: Search) -> bool:
    return all(
        name in row.variables and row.variables[name] == value and type(row.variables[name]) is type(value)
        for name, value in search.variables.items()
    )


def _candidates(search: Search, versions: list[int], before: int | None) -> Iterator[list[int]]:
    """Keys of instances that may fit, newest first, in batches; each once."""
    rows: QuerySet[Any]
    if search.has_incident or search.incident:
        rows = Incident.objects.filter(status=Incident.Status.OPEN)
        if search.incident:
            rows = rows.filter(message=search.incident)
        if search.node:
            rows = rows.filter(Q(node=search.node) | Q(node="", state__node=search.node))
    else:
        states = State.objects.filter(version__in=versions, node=search.node).values_list("pk", flat=True)
        rows = Token.objects.filter(state__in=list(states))
    last = before
    while True:
        page = rows if last is None else rows.filter(pk__lt=make_key(last, 0))
        keys = list(page.order_by("-pk").values_list("pk", flat=True)[: BATCH * 4])
        if not keys:
            return
        instances = list(dict.fromkeys(instance_of(key) for key in keys))
        yield instances
        last = instances[-1]
