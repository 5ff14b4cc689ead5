"""What people do with their work items: claim, release, assign, complete."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.contrib.auth import get_user_model

from engine.core.model.runtime import Delivery
from engine.models import WorkItem
from engine.service.advance import in_unit
from engine.service.audiences import has_member
from engine.service.errors import Conflict, Forbidden, Invalid, NotFound, ServiceError
from engine.service.instances import check_variables, move
from engine.service.rights import Actor, Right, allowed_processes, is_all_powerful, name_of
from engine.service.translate import ACTIVE, unpack
from engine.service.unit import Unit
from engine.service.versions import get_version
from engine.store.contract import Store
from engine.store.rows import EndedItem, ItemRow, Loaded

OPEN = 0


class Completion(NamedTuple):
    """A work item with what its form gave."""

    item: int
    variables: dict[str, Any]
    outcome: str = ""


def claim(item: int, actor: Actor) -> None:
    """Make the item the actor's own; refused when somebody else has it."""
    name = name_of(actor)

    def act(row: ItemRow, loaded: Loaded) -> ItemRow:
        if row.assignee not in (None, "", name):
            raise Conflict("already-claimed", f"The task is {row.assignee}'s already.")
        if not _is_meant_for(actor, row, loaded):
            raise Forbidden("not-a-candidate", "The task is not meant for you.")
        return row._replace(assignee=name)

    _change(item, actor, act)


def release(item: int, actor: Actor) -> None:
    """Give the item back to its candidates."""

    def act(row: ItemRow, loaded: Loaded) -> ItemRow:
        if row.assignee != name_of(actor) and not _may(actor, "operate", loaded):
            raise Forbidden("not-yours", "Only the person who has the task can release it.")
        return row._replace(assignee=None)

    _change(item, actor, act)


def assign(item: int, actor: Actor, user: str) -> None:
    """Give the item to somebody: its holder may, and who operates the process."""

    def act(row: ItemRow, loaded: Loaded) -> ItemRow:
        if row.assignee != name_of(actor) and not _may(actor, "operate", loaded):
            raise Forbidden("not-yours", "Only the person who has the task, or an operator, can assign it.")
        if not get_user_model().objects.filter(username=user, is_active=True).exists():
            raise Invalid("user-unknown", f"There is no user “{user}”.")
        return row._replace(assignee=user)

    _change(item, actor, act)


def complete(item: int, actor: Actor, variables: dict[str, Any] | None = None, *, outcome: str = "") -> int:
    """Do the work: the process goes on with the variables. Returns the instance.

    Only the person who has the item completes it; an item that nobody has may be completed by a candidate."""
    completion = Completion(item, check_variables(dict(variables or {})), outcome)

    def act(store: Store, unit: Unit) -> int:
        found = store.load_items([item])
        return _complete(unit, actor, completion, *_require_visible(actor, found[0] if found else None))

    return in_unit(act)


def complete_many(completions: Sequence[Completion], actor: Actor) -> list[int | ServiceError]:
    """As `complete` for each, in one unit: the instance, or why this one was refused."""

    def act(store: Store, unit: Unit) -> list[int | ServiceError]:
        found = {row.id: (row, loaded) for row, loaded in store.load_items([one.item for one in completions])}
        answers: list[int | ServiceError] = []
        for one in completions:
            try:
                check_variables(one.variables)
                answers.append(_complete(unit, actor, one, *_require_visible(actor, found.get(one.item))))
            except ServiceError as error:
                answers.append(error)
        return answers

    return in_unit(act)


def _complete(unit: Unit, actor: Actor, completion: Completion, row: ItemRow, loaded: Loaded) -> int:
    _require_open(row)
    if loaded.row.status != ACTIVE:
        raise Conflict("instance-suspended", "The process is suspended. Your input is kept; try again later.")
    _require_worker(actor, row, loaded)
    _require_other_eyes(actor, row, loaded)
    variables = completion.variables
    if completion.outcome:
        variables = variables | {"outcome": completion.outcome}
    delivery = Delivery(row.token, "complete", {"variables": variables}, name_of(actor))
    move(unit, unit.open(loaded), delivery)
    unit.batch.done_items.append(EndedItem(row.id, name_of(actor)))
    return loaded.row.id


def _require_visible(actor: Actor, found: tuple[ItemRow, Loaded] | None) -> tuple[ItemRow, Loaded]:
    """As missing where the actor may not even see it."""
    if found is not None:
        row, loaded = found
        if row.assignee == name_of(actor) or _is_meant_for(actor, row, loaded) or _may(actor, "operate", loaded):
            return found
    raise NotFound("task-not-found", "There is no such task, or it is not yours.")


def _require_open(row: ItemRow) -> None:
    if row.status != OPEN:
        by = f" by {row.ended_by}" if row.ended_by else ""
        raise Conflict("already-completed", f"The task has been completed{by} or is no longer needed.")


def _require_worker(actor: Actor, row: ItemRow, loaded: Loaded) -> None:
    if is_all_powerful(actor) or row.assignee == name_of(actor):
        return
    if row.assignee:
        raise Forbidden("not-yours", f"The task is {row.assignee}'s. Ask them to release it.")
    if not _is_meant_for(actor, row, loaded):
        raise Forbidden("not-a-candidate", "The task is not meant for you.")


def _is_meant_for(actor: Actor, row: ItemRow, loaded: Loaded) -> bool:
    """A candidate; of a task without candidates, whoever works in the process."""
    if is_all_powerful(actor):
        return True
    if row.audience is None:
        return not row.assignee and _may(actor, "work", loaded)
    return has_member(row.audience, actor)


def _require_other_eyes(actor: Actor, row: ItemRow, loaded: Loaded) -> None:
    """Four eyes: who completed one of the named steps of this instance may not complete this one."""
    version = get_version(loaded.row.version)
    own = unpack(row.config)
    config = version.machine.states[version.state_keys[row.state]].config if own is None else own
    nodes = config.get("four_eyes")
    if not nodes or actor is None:
        return
    before = WorkItem.objects.of(loaded.row.id).filter(status=WorkItem.Status.DONE, ended_by=name_of(actor))
    if before.filter(state__node__in=nodes).exists():
        raise Forbidden("four-eyes", "You did an earlier step of this case; somebody else has to do this one.")


def _may(actor: Actor, right: Right, loaded: Loaded) -> bool:
    if is_all_powerful(actor):
        return True
    process = get_version(loaded.row.version).process_id
    return process in allowed_processes(actor, right, [process])


def _change(item: int, actor: Actor, act: Callable[[ItemRow, Loaded], ItemRow]) -> None:
    def change(store: Store, unit: Unit) -> None:
        found = store.load_items([item])
        row, loaded = _require_visible(actor, found[0] if found else None)
        _require_open(row)
        changed = act(row, loaded)
        if changed != row:
            unit.batch.items.append(changed)
            unit.open(loaded).note("assigned", row.token, changed.assignee, name_of(actor))

    in_unit(change)
