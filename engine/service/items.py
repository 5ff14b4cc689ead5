"""What people do with their work items: claim, release, assign, complete; handing on and dates are in handing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from django.contrib.auth import get_user_model

from engine.core.model.graph import STARTER, heard
from engine.core.model.runtime import Delivery
from engine.core.model.words import say
from engine.models import WorkItem
from engine.service import remembered
from engine.service.advance import in_unit
from engine.service.audiences import has_member
from engine.service.case import Case
from engine.service.errors import Conflict, Forbidden, Invalid, Moved, NotFound, ServiceError
from engine.service.instances import check_variables, move
from engine.service.rights import Actor, Right, allowed_processes, is_all_powerful, name_of
from engine.service.translate import ACTIVE, unpack
from engine.service.unit import Handed, Unit
from engine.service.versions import get_version
from engine.store.contract import Store
from engine.store.rows import EndedItem, ItemRow, Loaded

OPEN = 0
Held = Loaded | Case  # as it was read, or as this process remembers it
H = TypeVar("H", bound=Held)
Change = Callable[[ItemRow, Loaded], ItemRow]


class Completion(NamedTuple):
    """A work item with what its form gave."""

    item: int
    variables: dict[str, Any]
    outcome: str = ""


def claim(item: int, actor: Actor) -> None:
    """Make the item the actor's own; refused when somebody else has it."""
    change(item, actor, _claimed_by(actor))


def claim_many(items: Sequence[int], actor: Actor) -> dict[int, ServiceError | None]:
    return change_many(items, actor, _claimed_by(actor))


def _claimed_by(actor: Actor) -> Change:
    name = name_of(actor)

    def act(row: ItemRow, loaded: Loaded) -> ItemRow:
        if row.assignee not in (None, "", name):
            raise Conflict("already-claimed", say("The task is %(name)s's already.", name=row.assignee))
        if not _is_meant_for(actor, row, loaded):
            raise Forbidden("not-a-candidate", say("The task is not meant for you."))
        _require_other_eyes(actor, row, loaded)
        return row._replace(assignee=name)

    return act


def release(item: int, actor: Actor) -> None:
    """Give the item back to its candidates."""

    def act(row: ItemRow, loaded: Loaded) -> ItemRow:
        if row.assignee != name_of(actor) and not _may(actor, "operate", loaded):
            raise Forbidden("not-yours", say("Only the person who has the task can release it."))
        return row._replace(assignee=row.owner, owner=None)  # who had delegated it has it again

    change(item, actor, act)


def assign(item: int, actor: Actor, user: str) -> None:
    """Give the item to somebody: its holder may, and who operates the process."""
    change(item, actor, _assigned_to(actor, user))


def assign_many(items: Sequence[int], actor: Actor, user: str) -> dict[int, ServiceError | None]:
    return change_many(items, actor, _assigned_to(actor, user))


def _assigned_to(actor: Actor, user: str) -> Change:
    def act(row: ItemRow, loaded: Loaded) -> ItemRow:
        require_holder(actor, row, loaded)
        require_user(user)
        return row._replace(assignee=user, owner=None)

    return act


def complete(item: int, actor: Actor, variables: dict[str, Any] | None = None, *, outcome: str = "") -> int:
    """Do the work: the process goes on with the variables. Returns the instance.

    Only the person who has the item completes it; an item that nobody has may be completed by a candidate."""
    completion = Completion(item, check_variables(dict(variables or {})), outcome)

    def act(store: Store, unit: Unit) -> int:
        found, is_sure = _find(store, [item])
        try:
            return _complete(unit, actor, completion, *_require_visible(actor, found.get(item)))
        except ServiceError as error:
            raise error if is_sure else Moved from None

    return in_unit(act)


def complete_many(completions: Sequence[Completion], actor: Actor) -> list[int | ServiceError]:
    """As `complete` for each, in one unit: the instance, or why this one was refused."""

    def act(store: Store, unit: Unit) -> list[int | ServiceError]:
        found, is_sure = _find(store, [one.item for one in completions])
        answers: list[int | ServiceError] = []
        for one in completions:
            try:
                check_variables(one.variables)
                answers.append(_complete(unit, actor, one, *_require_visible(actor, found.get(one.item))))
            except ServiceError as error:
                if not is_sure:
                    raise Moved from None
                answers.append(error)
        return answers

    return in_unit(act)


def _find(store: Store, keys: Sequence[int]) -> tuple[Mapping[int, tuple[ItemRow, Held]], bool]:
    """The items with their instances: those that are remembered as they were, the others read. Not sure: what is
    refused has to be read first."""
    found = remembered.recall(keys)
    missing = [key for key in keys if key not in found] if found else keys
    if not missing:
        return found, False
    return {**found, **{row.id: (row, loaded) for row, loaded in store.load_items(missing)}}, not found


def _complete(unit: Unit, actor: Actor, completion: Completion, row: ItemRow, loaded: Held) -> int:
    _require_open(row)
    if loaded.row.status != ACTIVE:
        raise Conflict("instance-suspended", say("The process is suspended. Your input is kept; try again later."))
    _require_worker(actor, row, loaded)
    _require_other_eyes(actor, row, loaded)
    variables = completion.variables
    if completion.outcome:
        variables = variables | {"outcome": completion.outcome}
    name, case = name_of(actor), unit.open(loaded)
    if row.token in case.closed:  # the same one twice: its token may have come to the next task already
        raise Conflict("already-completed", say("The task has been completed or is no longer needed."))
    move(unit, case, Delivery(row.token, "complete", {"variables": variables}, name))
    unit.batch.done_items.append(EndedItem(row.id, name))
    return loaded.row.id


def _require_visible(actor: Actor, found: tuple[ItemRow, H] | None) -> tuple[ItemRow, H]:
    """As missing where the actor may not even see it."""
    if found is not None:
        row, loaded = found
        if is_all_powerful(actor) or name_of(actor) in (row.assignee, row.owner):
            return found
        if _is_meant_for(actor, row, loaded) or _may(actor, "operate", loaded):
            return found
    raise NotFound("task-not-found", say("There is no such task, or it is not yours."))


def _require_open(row: ItemRow) -> None:
    if row.status != OPEN:
        if row.ended_by:
            raise Conflict("already-completed", say("The task has been completed by %(name)s.", name=row.ended_by))
        raise Conflict("already-completed", say("The task has been completed or is no longer needed."))


def _require_worker(actor: Actor, row: ItemRow, loaded: Held) -> None:
    if is_all_powerful(actor):
        return
    if row.owner and row.owner != name_of(actor):
        raise Forbidden(
            "delegated",
            say("%(name)s delegated this task. Hand it back with what you found; they complete it.", name=row.owner),
        )
    if row.assignee == name_of(actor):
        return
    if row.assignee:
        raise Forbidden("not-yours", say("The task is %(name)s's. Ask them to release it.", name=row.assignee))
    if not _is_meant_for(actor, row, loaded):
        raise Forbidden("not-a-candidate", say("The task is not meant for you."))


def require_holder(actor: Actor, row: ItemRow, loaded: Loaded) -> None:
    """The person who has the task, or who operates the process."""
    if row.assignee != name_of(actor) and not _may(actor, "operate", loaded):
        raise Forbidden(
            "not-yours", say("Only the person who has the task, or an operator, can do this. Claim it first.")
        )


def require_user(user: str) -> None:
    if not get_user_model().objects.filter(username=user, is_active=True).exists():
        raise Invalid("user-unknown", say("There is no user “%(name)s”.", name=user))


def _is_meant_for(actor: Actor, row: ItemRow, loaded: Held) -> bool:
    """A candidate; of a task without candidates, whoever works in the process."""
    if is_all_powerful(actor):
        return True
    if row.audience is None:
        return not row.assignee and _may(actor, "work", loaded)
    return has_member(row.audience, actor)


def needs_other_eyes(actor: Actor, instance: int, started_by: str | None, nodes: Sequence[str] | None) -> bool:
    """Four eyes: whether the actor has completed one of the named steps of this instance, or started it."""
    if not nodes or actor is None:
        return False
    if STARTER in nodes and started_by == name_of(actor):
        return True
    before = WorkItem.objects.of(instance).filter(status=WorkItem.Status.DONE, ended_by=name_of(actor))
    return bool(before.filter(state__node__in=nodes).exists())


def _require_other_eyes(actor: Actor, row: ItemRow, loaded: Held) -> None:
    if actor is None:
        return  # the engine does nothing twice
    version = get_version(loaded.row.version)
    own = unpack(row.config)
    config = version.machine.states[version.state_keys[row.state]].config if own is None else own
    if needs_other_eyes(actor, loaded.row.id, loaded.row.started_by, config.get("four_eyes")):
        raise Forbidden("four-eyes", say("You did an earlier step of this case; somebody else has to do this one."))


def _may(actor: Actor, right: Right, loaded: Held) -> bool:
    if is_all_powerful(actor):
        return True
    process = get_version(loaded.row.version).process_id
    return process in allowed_processes(actor, right, [process])


def change(item: int, actor: Actor, act: Change) -> None:
    """Change one open item that the actor can see."""
    answer = change_many([item], actor, act)[item]
    if answer is not None:
        raise answer


def change_many(items: Sequence[int], actor: Actor, act: Change) -> dict[int, ServiceError | None]:
    """The same change of each, in one unit and once: None, or why this one was left as it was."""

    def run(store: Store, unit: Unit) -> dict[int, ServiceError | None]:
        found = {row.id: (row, loaded) for row, loaded in store.load_items(items)}
        answers: dict[int, ServiceError | None] = {}
        for item in dict.fromkeys(items):
            try:
                row, loaded = _require_visible(actor, found.get(item))
                _require_open(row)
                changed = act(row, loaded)
            except ServiceError as error:
                answers[item] = error
                continue
            answers[item] = None
            if changed != row:
                _store_change(unit, loaded, row, changed, name_of(actor))
        return answers

    return in_unit(run)


def _store_change(unit: Unit, loaded: Loaded, row: ItemRow, changed: ItemRow, actor: str) -> None:
    unit.batch.items.append(changed)
    case = unit.open(loaded)
    if changed.owner and changed.owner != row.owner:
        case.note("delegated", row.token, changed.assignee, actor)
    elif changed.assignee != row.assignee:
        case.note("assigned", row.token, changed.assignee, actor)
    else:
        dates = [at.isoformat() if at is not None else None for at in (changed.due, changed.follow_up)]
        case.note("planned", row.token, *dates, changed.priority, actor)
    _tell_listeners(unit, case, row, changed, actor)
    if changed.assignee and changed.assignee not in (row.assignee, actor):
        is_returned = changed.assignee == row.owner and not changed.owner
        is_delegated = bool(changed.owner) and changed.owner != row.owner
        how = "returned" if is_returned else "delegated" if is_delegated else "given"
        unit.handed.append(Handed(row.id, changed.assignee, actor, how))


def _tell_listeners(unit: Unit, case: Case, row: ItemRow, changed: ItemRow, actor: str) -> None:
    """Task listeners of the diagram that hear of changes; they are called beside the task, which stays as it is."""
    events = case.version.machine.events
    is_assigned = bool(changed.assignee) and changed.assignee != row.assignee
    for trigger in (heard("assignment"),) * is_assigned + (heard("update"),):
        if trigger in events:
            unit.deliver(case, [Delivery(row.token, trigger, {}, actor)])
