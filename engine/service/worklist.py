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

from engine.core.model.words import say
from engine.models import Audience, Instance, WorkItem
from engine.models.keys import span
from engine.service.audiences import audiences_of
from engine.service.errors import NotFound
from engine.service.rights import Actor, allowed_processes, is_all_powerful, name_of
from engine.service.workfilter import USUAL_PRIORITY, Narrow, condition_of, keep_fitting

PAGE = 50
MOST_BRANCHES = 30
MOST_COUNTED = 1000
MOST_SCANNED = 2000  # items whose variables one page looks into

# What the list is sorted by, of the last item of the page before, and its key.
Place = tuple[Any, int]
OPEN = WorkItem.Status.OPEN
SORTS = ("due", "priority", "newest", "oldest")


class Branch(NamedTuple):
    """A part of what a person sees; no item is in two of them."""

    condition: Q


class Part(NamedTuple):
    """A stretch of a sorted list that is the beginning of an index. `order` is read as Django reads it."""

    condition: Q
    order: tuple[str, ...]


class Page(NamedTuple):
    """`following` is where the next page begins; `is_cut` says that the search stopped before the page was full."""

    items: list[WorkItem]
    following: Place | None
    is_cut: bool = False


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
    narrow = Narrow(process=process, search=search)
    return read_page(actor, view, now=now, narrow=narrow, after=after, limit=limit).items


def read_page(
    actor: Actor,
    view: str = "",
    *,
    now: datetime,
    narrow: Narrow = Narrow(),  # noqa: B008 a tuple of plain values
    sort: str = "due",
    after: Place | None = None,
    limit: int = PAGE,
) -> Page:
    """One page of a view. Variables are looked into item by item, up to MOST_SCANNED of them."""
    status = WorkItem.Status.DONE if view == "done" else OPEN
    condition = _of_view(actor, view, now) & condition_of(narrow, now) & Q(status=status)
    branches = _branches(actor, view)
    parts = _parts_of(view, sort)
    after = after if after is not None and _is_place_in(parts, after) else None
    if not narrow.variables:
        places = _read(branches, condition, parts, after, limit)
        return Page(_items_at(places), places[-1] if len(places) == limit else None)
    from engine.service.shown import names_shown  # it knows forms, and these ask for work

    found: list[Place] = []
    scanned = 0
    while scanned < MOST_SCANNED:
        window = _read(branches, condition, parts, after, limit * 10)
        scanned += len(window)
        fitting = keep_fitting(names_shown(actor, [key for _, key in window]), narrow.variables)
        found += [place for place in window if place[1] in fitting]
        if len(found) >= limit:
            return Page(_items_at(found[:limit]), found[limit - 1])
        if len(window) < limit * 10:
            return Page(_items_at(found), None)
        after = window[-1]
    return Page(_items_at(found), after, is_cut=True)


def place_of(item: WorkItem, view: str = "", sort: str = "due") -> Place:
    """Where the item stands in the list."""
    name = _parts_of(view, sort)[0].order[0].removeprefix("-")
    return (None if name == "id" else getattr(item, name)), item.pk


def count_items(actor: Actor, view: str, now: datetime, narrow: Narrow | None = None) -> int:
    """How many there are, counted up to MOST_COUNTED; variables are not looked into."""
    total = 0
    status = WorkItem.Status.DONE if view == "done" else OPEN
    condition = _of_view(actor, view, now) & Q(status=status)
    if narrow is not None:
        condition &= condition_of(narrow, now)
    for branch in _branches(actor, view):
        rows = WorkItem.objects.filter(branch.condition, condition)
        total += rows.values("id")[: MOST_COUNTED - total].count()
        if total >= MOST_COUNTED:
            break
    return total


def newest_item(actor: Actor) -> int:
    """The key of the newest open item that the actor sees, 0 without one: higher with each new one."""
    rows = WorkItem.objects.filter(visible(actor), status=OPEN)
    return rows.order_by("-id").values_list("id", flat=True).first() or 0


def get_item(actor: Actor, item: int) -> WorkItem:
    """One that the actor may work on, or may operate the process of."""
    row = WorkItem.objects.select_related("state__version__process").filter(pk=item).first()
    if row is None or not _is_visible(actor, row):
        raise NotFound("task-not-found", say("There is no such task, or it is not yours."))
    return complete_item(row)


def is_meant(actor: Actor, item: WorkItem) -> bool:
    """Whether the actor may take the item, and not only look at it."""
    return is_all_powerful(actor) or WorkItem.objects.filter(visible(actor), pk=item.pk).exists()


def works_in(actor: Actor, instance: int) -> bool:
    """Whether a work item of the instance is, or was, the actor's to see."""
    first, last = span(instance)
    return WorkItem.objects.filter(visible(actor), id__range=(first, last)).exists()


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
    if view in ("mine", "done") and actor is not None:
        return [mine]
    if view == "delegated":
        return [Branch(Q(owner=name_of(actor)))]
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
    """What was put off until a later day is out of the way until then, and always in its own view."""
    if view == "overdue":
        return Q(due__lt=now)
    if view == "follow-up":
        return Q(follow_up__isnull=False)
    if view == "unassigned":
        return Q(assignee__isnull=True)
    if view == "":
        is_now = Q(follow_up__isnull=True) | Q(follow_up__lte=now)
        return is_now & (Q(assignee__isnull=True) | Q(assignee=name_of(actor))) if is_all_powerful(actor) else is_now
    return Q()


def _parts_of(view: str, sort: str) -> tuple[Part, ...]:
    """The list as stretches, one after the other."""
    if view == "done":
        return (Part(Q(ended_at__isnull=False), ("-ended_at", "id")),)
    if sort == "newest":
        return (Part(Q(), ("-id",)),)
    if view == "follow-up":
        return (Part(Q(follow_up__isnull=False), ("follow_up", "id")),)
    if sort == "oldest":
        return (Part(Q(), ("id",)),)
    if sort == "priority":
        usual = Q(priority=USUAL_PRIORITY)
        return (
            Part(~usual & Q(priority__gt=USUAL_PRIORITY), ("-priority", "id")),
            Part(usual, ("id",)),
            Part(~usual & Q(priority__lt=USUAL_PRIORITY), ("-priority", "id")),
        )
    return Part(Q(due__isnull=False), ("due", "id")), Part(Q(due__isnull=True), ("id",))


def _read(
    branches: list[Branch], condition: Q, parts: tuple[Part, ...], after: Place | None, limit: int
) -> list[Place]:
    """The places of one page: in each stretch the branches merged."""
    places: list[Place] = []
    first = 0 if after is None else _part_at(parts, after)
    for number, part in enumerate(parts[first:], first):
        wanted = condition & part.condition
        if after is not None and number == first:
            wanted &= _behind(part.order, after)
        rest = limit - len(places)
        lines = [_read_part(branch, wanted, part.order, rest) for branch in branches]
        merged = heapq.merge(*lines, key=lambda line: _sort_key(part.order, line))
        for line in _first(merged, rest):
            value = None if part.order[0] in ("id", "-id") else line[0]
            if part.order[0] == "id" and parts[0].order[0] == "-priority":
                value = USUAL_PRIORITY
            places.append((value, line[-1]))
        if len(places) >= limit:
            break
    return places


def _is_place_in(parts: tuple[Part, ...], place: Place) -> bool:
    """Places come from addresses: that of another order is none."""
    name = parts[0].order[0].removeprefix("-")
    kind = {"id": object, "priority": int}.get(name, datetime)
    return place[0] is None or isinstance(place[0], kind)


def _part_at(parts: tuple[Part, ...], after: Place) -> int:
    """The stretch in which the place lies."""
    value = after[0]
    if parts[0].order[0] == "-priority":
        priority = value if isinstance(value, int) else USUAL_PRIORITY
        return 0 if priority > USUAL_PRIORITY else 1 if priority == USUAL_PRIORITY else 2
    return len(parts) - 1 if value is None else 0


def _behind(order: tuple[str, ...], after: Place) -> Q:
    value, key = after
    if order == ("-id",):
        return Q(id__lt=key)
    if order == ("id",):
        return Q(id__gt=key)
    if value is None:
        return Q()
    name = order[0].removeprefix("-")
    beyond = "lt" if order[0].startswith("-") else "gt"
    return Q(**{f"{name}__{beyond}": value}) | Q(**{name: value, "id__gt": key})


def _read_part(branch: Branch, condition: Q, order: tuple[str, ...], limit: int) -> list[tuple[Any, ...]]:
    rows: QuerySet[WorkItem] = WorkItem.objects.filter(branch.condition, condition)
    sorting = (F(n.removeprefix("-")).desc() if n.startswith("-") else F(n).asc() for n in order)
    return list(rows.order_by(*sorting).values_list(*(name.removeprefix("-") for name in order))[:limit])


def _sort_key(order: tuple[str, ...], line: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(_falling(value) if name.startswith("-") else value for name, value in zip(order, line, strict=True))


def _falling(value: Any) -> float:
    return -(value.timestamp() if isinstance(value, datetime) else value)


def _items_at(places: list[Place]) -> list[WorkItem]:
    keys = [key for _, key in places]
    found = WorkItem.objects.select_related("state__version__process").in_bulk(keys)
    return [complete_item(found[key]) for key in keys if key in found]


def _first(merged: Iterator[tuple[Any, ...]], limit: int) -> list[tuple[Any, ...]]:
    return [line for line, _ in zip(merged, range(limit), strict=False)]
