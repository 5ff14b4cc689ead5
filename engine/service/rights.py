"""Who may do what: roles are Django groups, and a process may give its own rights to groups; only questions here.

A process without rights of its own goes by the roles; where its diagram names who may start it, only they may, and
whoever was given the right. `None` as actor is the engine itself and may do everything.
"""

from __future__ import annotations

from typing import Literal

from django.contrib.auth.models import AbstractUser
from django.db.models import F

from engine.core.model.words import say
from engine.models import Process, ProcessRight, Starter
from engine.service.errors import Forbidden, NotFound

Right = Literal["start", "see", "work", "serve", "operate", "edit"]
Actor = AbstractUser | None

# What the members of a role may do with every process that names no rights of its own.
ROLES: dict[str, frozenset[Right]] = {
    "participants": frozenset({"start", "work"}),
    "owners": frozenset({"start", "see", "work", "edit"}),
    "operators": frozenset({"see", "operate"}),
    "modelers": frozenset({"start", "see", "edit"}),
    "workers": frozenset({"serve"}),
    "administrators": frozenset({"start", "see", "work", "serve", "operate", "edit"}),
}


def groups_of(actor: Actor) -> frozenset[str]:
    """The names of the actor's groups, asked once for each user object."""
    if actor is None:
        return frozenset()
    known: frozenset[str] | None = getattr(actor, "_statewright_groups", None)
    if known is None:
        known = frozenset(actor.groups.values_list("name", flat=True)) if actor.is_active else frozenset()
        setattr(actor, "_statewright_groups", known)  # noqa: B010 the user class is the project's own
    return known


def name_of(actor: Actor) -> str:
    return "" if actor is None else actor.get_username()


def is_all_powerful(actor: Actor) -> bool:
    return actor is None or (actor.is_active and actor.is_superuser)


def role_rights(actor: Actor) -> frozenset[Right]:
    rights: frozenset[Right] = frozenset()
    for group in groups_of(actor):
        rights |= ROLES.get(group, frozenset())
    return rights


def may(actor: Actor, right: Right, process: Process) -> bool:
    return is_all_powerful(actor) or process.pk in allowed_processes(actor, right, [process.pk])


def allowed_processes(actor: Actor, right: Right, processes: list[int] | None = None) -> set[int]:
    """Of these processes (or of all) those with which the actor may do it; three queries whatever their number."""
    wanted = Process.objects.all() if processes is None else Process.objects.filter(pk__in=processes)
    ids = set(wanted.values_list("pk", flat=True))
    if is_all_powerful(actor):
        return ids
    if actor is None or not actor.is_active:
        return set()
    own = ProcessRight.objects.filter(process__in=ids)
    with_rights = set(own.values_list("process", flat=True))
    given = set(
        own.filter(group__name__in=groups_of(actor), **{f"may_{right}": True}).values_list("process", flat=True)
    )
    if right == "start":
        named, naming = _named_as_starter(actor, ids)
        given |= naming
        with_rights |= named
    return given | (ids - with_rights if right in role_rights(actor) else set())


def _named_as_starter(actor: AbstractUser, processes: set[int]) -> tuple[set[int], set[int]]:
    """The processes whose latest diagram names who may start them, and those of them that name the actor."""
    rows = Starter.objects.filter(version__process__in=processes, version=F("version__process__latest"))
    groups = groups_of(actor)
    named, naming = set(), set()
    for process, name, is_group in rows.values_list("version__process", "name", "is_group"):
        named.add(process)
        if name in groups if is_group else name == name_of(actor):
            naming.add(process)
    return named, naming


def require(actor: Actor, right: Right, process: Process) -> None:
    """Refuse unless allowed: as missing where the actor may not even see the process."""
    if may(actor, right, process):
        return
    if right != "see" and may(actor, "see", process):
        raise Forbidden("not-allowed", say(_NOT_WITH_THIS[right], process=process))
    raise NotFound("process-not-found", say("There is no such process, or you may not see it."))


def require_any(actor: Actor, right: Right) -> None:
    """Refuse unless the actor's role allows it in general: for what does not belong to a process yet."""
    if not may_any(actor, right):
        raise Forbidden("not-allowed", _NOT_AT_ALL[right])


def may_any(actor: Actor, right: Right) -> bool:
    return is_all_powerful(actor) or right in role_rights(actor)


_NOT_WITH_THIS: dict[Right, str] = {
    "start": say("You may see “%(process)s” but not start it."),
    "see": say("You may not see “%(process)s”."),
    "work": say("You may see “%(process)s” but not work in it."),
    "serve": say("You may see “%(process)s” but not do the jobs of it."),
    "operate": say("You may see “%(process)s” but not operate it."),
    "edit": say("You may see “%(process)s” but not edit and deploy it."),
}
_NOT_AT_ALL: dict[Right, str] = {
    "start": say("Your role does not allow you to start processes."),
    "see": say("Your role does not allow you to see processes."),
    "work": say("Your role does not allow you to work in processes."),
    "serve": say("Your role does not allow you to do the jobs of processes."),
    "operate": say("Your role does not allow you to operate processes."),
    "edit": say("Your role does not allow you to edit and deploy processes."),
}
