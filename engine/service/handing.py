"""Work items on their way between people: delegated and handed back, put off, made more urgent."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from engine.core.model.words import say
from engine.service.errors import Conflict, Forbidden, Invalid
from engine.service.items import change, require_holder, require_user
from engine.service.rights import Actor, name_of
from engine.store.rows import ItemRow, Loaded

MOST_PRIORITY = 100


def delegate(item: int, actor: Actor, user: str) -> None:
    """Somebody else does the work and hands it back: the item stays its owner's to complete."""

    def act(row: ItemRow, loaded: Loaded) -> ItemRow:
        require_holder(actor, row, loaded)
        require_user(user)
        owner = row.owner or row.assignee or name_of(actor)
        if user == owner:
            raise Invalid("delegate-self", say("The task is theirs already; choose somebody else."))
        return row._replace(assignee=user, owner=owner)

    change(item, actor, act)


def resolve(item: int, actor: Actor) -> str:
    """Hand a delegated item back; returns whose it is again."""
    owners: list[str] = []

    def act(row: ItemRow, loaded: Loaded) -> ItemRow:
        if not row.owner:
            raise Conflict("not-delegated", say("The task is not delegated any more."))
        if row.assignee != name_of(actor):
            raise Forbidden("not-yours", say("Only the person who has the task can hand it back."))
        owners.append(row.owner)
        return row._replace(assignee=row.owner, owner=None)

    change(item, actor, act)
    return owners[-1]


def plan(item: int, actor: Actor, **changes: Any) -> None:
    """Change `due`, `follow_up` or `priority`; None takes a date away. What is not named stays."""
    unknown = changes.keys() - {"due", "follow_up", "priority"}
    if unknown:
        raise TypeError(f"{', '.join(sorted(unknown))} cannot be planned.")
    priority = changes.get("priority", 0)
    if not isinstance(priority, int) or isinstance(priority, bool) or not 0 <= priority <= MOST_PRIORITY:
        raise Invalid("priority-invalid", say("A priority is a whole number from 0 to %(most)s.", most=MOST_PRIORITY))
    for name in ("due", "follow_up"):
        at = changes.get(name)
        if at is not None and (not isinstance(at, datetime) or at.tzinfo is None):
            raise Invalid("date-invalid", say("Write the date like 2030-01-31T12:00."))

    def act(row: ItemRow, loaded: Loaded) -> ItemRow:
        require_holder(actor, row, loaded)
        return row._replace(**changes)

    change(item, actor, act)
