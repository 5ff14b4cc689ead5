"""What people do with their work items: claim, release, assign, complete."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth import get_user_model

from engine.core.model.runtime import Delivery
from engine.models import Audience, WorkItem
from engine.service.advance import in_unit
from engine.service.errors import Conflict, Forbidden, Invalid
from engine.service.instances import check_variables, move
from engine.service.reading import config_of, get_item
from engine.service.rights import Actor, groups_of, is_all_powerful, may, name_of
from engine.service.translate import ACTIVE
from engine.service.unit import Unit
from engine.store.contract import Store
from engine.store.rows import EndedItem, ItemRow, Loaded

OPEN = 0


def claim(item: int, actor: Actor) -> None:
    """Make the item the actor's own; refused when somebody else has it."""
    get_item(actor, item)
    name = name_of(actor)

    def act(row: ItemRow) -> ItemRow:
        if row.assignee not in (None, "", name):
            raise Conflict("already-claimed", f"The task is {row.assignee}'s already.")
        if not is_candidate(actor, row):
            raise Forbidden("not-a-candidate", "The task is not meant for you.")
        return row._replace(assignee=name)

    _change(item, actor, act)


def release(item: int, actor: Actor) -> None:
    """Give the item back to its candidates."""
    found = get_item(actor, item)

    def act(row: ItemRow) -> ItemRow:
        if row.assignee != name_of(actor) and not _may_operate(actor, found):
            raise Forbidden("not-yours", "Only the person who has the task can release it.")
        return row._replace(assignee=None)

    _change(item, actor, act)


def assign(item: int, actor: Actor, user: str) -> None:
    """Give the item to somebody: its holder may, and who operates the process."""
    found = get_item(actor, item)
    if not get_user_model().objects.filter(username=user, is_active=True).exists():
        raise Invalid("user-unknown", f"There is no user “{user}”.")

    def act(row: ItemRow) -> ItemRow:
        if row.assignee != name_of(actor) and not _may_operate(actor, found):
            raise Forbidden("not-yours", "Only the person who has the task, or an operator, can assign it.")
        return row._replace(assignee=user)

    _change(item, actor, act)


def complete(item: int, actor: Actor, variables: dict[str, Any] | None = None, *, outcome: str = "") -> int:
    """Do the work: the process goes on with the variables. Returns the instance.

    Only the person who has the item completes it; an item that nobody has may be completed by a candidate."""
    found = get_item(actor, item)
    given = check_variables(dict(variables or {}))
    if outcome:
        given["outcome"] = outcome

    def act(store: Store, unit: Unit) -> int:
        row, loaded = _load_open(store, item)
        if loaded.row.status != ACTIVE:
            raise Conflict("instance-suspended", "The process is suspended. Your input is kept; try again later.")
        _require_worker(actor, row)
        _require_other_eyes(actor, row, found, loaded)
        unit.batch.done_items.append(EndedItem(item, name_of(actor)))
        move(unit, unit.open(loaded), Delivery(row.token, "complete", {"variables": given}, name_of(actor)))
        return loaded.row.id

    return in_unit(act)


def is_candidate(actor: Actor, row: ItemRow) -> bool:
    if is_all_powerful(actor):
        return True
    audience = Audience.objects.filter(pk=row.audience).first() if row.audience is not None else None
    if audience is None:
        return row.assignee in (None, "", name_of(actor))
    return name_of(actor) in audience.users or bool(groups_of(actor) & set(audience.groups))


def _require_worker(actor: Actor, row: ItemRow) -> None:
    if is_all_powerful(actor) or row.assignee == name_of(actor):
        return
    if row.assignee:
        raise Forbidden("not-yours", f"The task is {row.assignee}'s. Ask them to release it.")
    if not is_candidate(actor, row):
        raise Forbidden("not-a-candidate", "The task is not meant for you.")


def _require_other_eyes(actor: Actor, row: ItemRow, found: WorkItem, loaded: Loaded) -> None:
    """Four eyes: who completed one of the named steps of this instance may not complete this one."""
    nodes = config_of(found).get("four_eyes")
    if not nodes or actor is None:
        return
    before = WorkItem.objects.of(loaded.row.id).filter(status=WorkItem.Status.DONE, ended_by=name_of(actor))
    if before.filter(state__node__in=nodes).exists():
        raise Forbidden("four-eyes", "You did an earlier step of this case; somebody else has to do this one.")


def _may_operate(actor: Actor, item: WorkItem) -> bool:
    return may(actor, "operate", item.state.version.process)


def _load_open(store: Store, item: int) -> tuple[ItemRow, Loaded]:
    found = store.load_items([item])
    if not found or found[0][0].status != OPEN:
        who = found[0][0].ended_by if found else None
        by = f" by {who}" if who else ""
        raise Conflict("already-completed", f"The task has been completed{by} or is no longer needed.")
    return found[0]


def _change(item: int, actor: Actor, act: Callable[[ItemRow], ItemRow]) -> None:
    def change(store: Store, unit: Unit) -> None:
        row, loaded = _load_open(store, item)
        changed = act(row)
        if changed != row:
            unit.batch.items.append(changed)
            unit.open(loaded).note("assigned", row.token, changed.assignee, name_of(actor))

    in_unit(change)
