"""People's open work: who sees which work item, lists in the order of their due dates; changing them is in items.

A list is read in branches, one for each of the person's sets of candidates, and each in two parts, those with
a due date and then the others: every part is the beginning of an index, so that a page costs the same however
much is open (docs/architecture/storage.md).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet

from engine.models import Audience, Instance, WorkItem
from engine.models.keys import span
from engine.service.audiences import audiences_of
from engine.service.errors import NotFound
from engine.service.rights import Actor, allowed_processes, is_all_powerful, name_of

PAGE = 50
MOST_BRANCHES = 30
MOST_COUNTED = 1000
MOST_FOUND = 500

Place = tuple[datetime | None, int]  # due date and key of the last item of the page before
OPEN = WorkItem.Status.OPEN


class Branch(NamedTuple):
    """A part of what a person sees; no item is in two of them."""

    condition: Q


def list_items(
    actor: Actor,
    view: str = "",
    *,
    now: datetime,
    process: str = "",
    search: str = "",
    after: Place | None = None,
    limit: int = PAGE,
) -> list[WorkItem]:
    """Soonest due first, then those without a date by age. `after` is (due, id) of the last row before."""
    narrow = _narrow(process, search)
    if view == "done":
        rows = WorkItem.objects.filter(visible(actor), narrow, status=WorkItem.Status.DONE)
        if after is not None:
            rows = rows.filter(id__lt=after[1])
        keys = list(rows.order_by("-id").values_list("id", flat=True)[:limit])
    else:
        keys = _read_page(_branches(actor, view), _of_view(actor, view, now) & narrow, after, limit)
    found = WorkItem.objects.select_related("state__version__process").in_bulk(keys)
    return [complete_item(found[key]) for key in keys if key in found]


def count_items(actor: Actor, view: str, now: datetime) -> int:
    """How many there are, counted up to MOST_COUNTED."""
    if view == "done":
        return WorkItem.objects.filter(visible(actor), status=WorkItem.Status.DONE)[:MOST_COUNTED].count()
    total = 0
    for branch in _branches(actor, view):
        rows = WorkItem.objects.filter(branch.condition, _of_view(actor, view, now), status=OPEN)
        total += rows.values("id")[: MOST_COUNTED - total].count()
        if total >= MOST_COUNTED:
            break
    return total


def get_item(actor: Actor, item: int) -> WorkItem:
    """One that the actor may work on, or may operate the process of."""
    row = WorkItem.objects.select_related("state__version__process").filter(pk=item).first()
    if row is None or not _is_visible(actor, row):
        raise NotFound("task-not-found", "There is no such task, or it is not yours.")
    return complete_item(row)


def visible(actor: Actor) -> Q:
    """Assigned to the actor, meant for one of the actor's sets of candidates, or for whoever works in the process."""
    if is_all_powerful(actor):
        return Q()
    is_mine = Q(assignee=name_of(actor)) | Q(owner=name_of(actor)) | Q(audience__in=audiences_of(actor))
    processes = allowed_processes(actor, "work")
    if processes:
        is_mine |= Q(audience__isnull=True, assignee__isnull=True, state__version__process__in=processes)
    return is_mine


def complete_item(item: WorkItem) -> WorkItem:
    """With what every item of its state has, which is kept with the state."""
    static = item.state.config
    if item.form is None:
        item.form = static.get("form")
    if item.config is None:
        item.config = {name: static[name] for name in ("outcomes", "four_eyes") if name in static}
    if item.name is None:
        item.name = item.state.name
    return item


def instances_of_items(items: Iterable[WorkItem]) -> dict[int, Instance]:
    ids = {item.instance_id for item in items}
    return {row.pk: row for row in Instance.objects.filter(pk__in=ids).defer("variables", "data")}


def words_of_audience(audience: int | None) -> str:
    row = Audience.objects.filter(pk=audience).first() if audience is not None else None
    return str(row) if row is not None else ""


def words_of_audiences(items: Iterable[WorkItem]) -> dict[int | None, str]:
    ids = {item.audience for item in items if item.audience is not None}
    return {row.pk: str(row) for row in Audience.objects.filter(pk__in=ids)}


def _is_visible(actor: Actor, row: WorkItem) -> bool:
    return (
        is_all_powerful(actor)
        or WorkItem.objects.filter(visible(actor), pk=row.pk).exists()
        or row.state.version.process_id in allowed_processes(actor, "operate", [row.state.version.process_id])
    )


def _branches(actor: Actor, view: str) -> list[Branch]:
    """What the actor sees in the view, in parts that an index begins with."""
    mine = Branch(Q(assignee=name_of(actor)))
    if view == "mine":
        return [mine]
    if is_all_powerful(actor):
        return [Branch(Q())]
    is_free = Q(assignee__isnull=True) if view in ("", "unassigned") else ~Q(assignee=name_of(actor)) | Q(assignee=None)
    audiences = audiences_of(actor)
    if len(audiences) > MOST_BRANCHES:
        branches = [Branch(Q(audience__in=audiences) & is_free)]
    else:
        branches = [Branch(Q(audience=audience) & is_free) for audience in audiences]
    processes = allowed_processes(actor, "work")
    if processes:
        branches.append(Branch(Q(audience__isnull=True, assignee__isnull=True, state__version__process__in=processes)))
    return branches if view in ("groups", "unassigned") else [mine, *branches]


def _of_view(actor: Actor, view: str, now: datetime) -> Q:
    if view == "overdue":
        return Q(due__lt=now)
    if view == "follow-up":
        return Q(follow_up__isnull=False)
    if view == "unassigned":
        return Q(assignee__isnull=True)
    if view == "" and is_all_powerful(actor):
        return Q(assignee__isnull=True) | Q(assignee=name_of(actor))
    return Q()


def _narrow(process: str, search: str) -> Q:
    condition = Q(state__version__process__key=process) if process else Q()
    if search:
        found = Q(state__name__icontains=search) | Q(name__icontains=search)
        keys = Instance.objects.filter(business_key__startswith=search).exclude(business_key="")
        for instance in keys.values_list("pk", flat=True)[:MOST_FOUND]:
            found |= Q(id__range=span(instance))
        condition &= found
    return condition


def _read_page(branches: list[Branch], condition: Q, after: Place | None, limit: int) -> list[int]:
    """Keys of one page: the dated items of all branches merged, then the others."""
    keys: list[int] = []
    due, last = after if after is not None else (None, 0)
    if after is None or due is not None:
        dated = condition & Q(due__isnull=False)
        if due is not None:
            dated &= Q(due__gt=due) | Q(due=due, id__gt=last)
        parts = [_read_part(branch, dated, ("due", "id"), limit) for branch in branches]
        keys = [key for _, key in _first(heapq.merge(*parts), limit)]
        last = 0
    if len(keys) < limit:
        others = condition & Q(due__isnull=True, id__gt=last)
        parts = [_read_part(branch, others, ("id",), limit - len(keys)) for branch in branches]
        keys += [key for (key,) in _first(heapq.merge(*parts), limit - len(keys))]
    return keys


def _read_part(branch: Branch, condition: Q, order: tuple[str, ...], limit: int) -> list[tuple[Any, ...]]:
    rows: QuerySet[WorkItem] = WorkItem.objects.filter(branch.condition, condition, status=OPEN)
    return list(rows.order_by(*(F(name).asc() for name in order)).values_list(*order)[:limit])


def _first(merged: Iterator[tuple[Any, ...]], limit: int) -> list[tuple[Any, ...]]:
    return [line for line, _ in zip(merged, range(limit), strict=False)]
