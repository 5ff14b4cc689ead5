"""Giving rights: who may edit a process may say which groups may do what with it; asking is in rights."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import get_args

from django.contrib.auth.models import Group

from engine.core.model.words import say
from engine.models import Process, ProcessRight, Starter
from engine.service.errors import Invalid, NotFound
from engine.service.rights import Actor, Right, allowed_processes, groups_of, is_all_powerful, require
from engine.store.writing import write_transaction

RIGHTS: tuple[Right, ...] = get_args(Right)
GRANTING_ROLES = frozenset({"administrators", "owners"})


def may_grant(actor: Actor) -> bool:
    """Administrators and owners of processes; who only draws does not say who may see."""
    return is_all_powerful(actor) or bool(groups_of(actor) & GRANTING_ROLES)


def list_granted(actor: Actor) -> list[tuple[Process, dict[str, set[str]]]]:
    """The processes whose rights the actor may give, with those given already."""
    if not may_grant(actor):
        raise NotFound("rights-not-found", say("Only administrators and process owners give rights."))
    rows = Process.objects.filter(pk__in=allowed_processes(actor, "edit")).order_by("name", "key")
    given: dict[int, dict[str, set[str]]] = {}
    for right in ProcessRight.objects.filter(process__in=rows).select_related("group"):
        given.setdefault(right.process_id, {})[right.group.name] = _rights_of(right)
    return [(row, given.get(row.pk, {})) for row in rows]


def get_granted(actor: Actor, key: str) -> Process:
    process = Process.objects.filter(key=key).first()
    if process is None or not may_grant(actor):
        raise NotFound("process-not-found", say("There is no such process, or you may not give rights to it."))
    require(actor, "edit", process)
    return process


def named_starters(process: Process) -> list[str]:
    """Whom the latest diagram names as those who may start the process: people, then groups."""
    rows = Starter.objects.filter(version=process.latest_id).order_by("is_group", "name")
    return list(rows.values_list("name", flat=True))


def grants_of(process: Process) -> dict[str, set[str]]:
    return {right.group.name: _rights_of(right) for right in process.rights.select_related("group")}


def grant(actor: Actor, process: Process, grants: Mapping[str, Set[str]]) -> None:
    """Exactly these from now on. Without any the process goes by the roles; nobody locks themselves out."""
    get_granted(actor, process.key)
    groups = {group.name: group for group in Group.objects.filter(name__in=grants)}
    unknown = grants.keys() - groups.keys()
    if unknown:
        raise Invalid("group-unknown", say("There is no group “%(unknown)s”.", unknown=min(unknown)))
    kept = {name: rights for name, rights in grants.items() if rights}
    editing = {name for name, rights in kept.items() if "edit" in rights}
    if kept and not is_all_powerful(actor) and not editing & groups_of(actor):
        raise Invalid(
            "locked-out", say("You would lock yourself out: one of your own groups has to keep the right to edit.")
        )
    with write_transaction():
        process.rights.exclude(group__name__in=kept).delete()
        for name, rights in kept.items():
            ProcessRight.objects.update_or_create(
                process=process, group=groups[name], defaults={f"may_{right}": right in rights for right in RIGHTS}
            )


def _rights_of(row: ProcessRight) -> set[str]:
    return {right for right in RIGHTS if getattr(row, f"may_{right}")}
