"""Rows as the templates of this room want them; no rules."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engine.models import Instance, Process, WorkItem
from engine.service import case_history, history, reading, related, worklist
from engine.service.formats import tell_number
from engine.service.rights import Actor
from engine.service.versions import get_version

STATES = {0: "waiting", 1: "done", 2: "cancelled"}
LONGEST_VALUE = 2000


def describe_items(found: list[WorkItem], now: datetime, address: str = "") -> list[dict[str, Any]]:
    """`address` is the list's own query: what comes next is told by it."""
    of = worklist.instances_of_items(found)
    groups = worklist.words_of_audiences(found)
    return [
        describe_item(item, of[item.instance_id], now, groups.get(item.audience, ""), address)
        for item in found
        if item.instance_id in of
    ]


def describe_item(item: WorkItem, instance: Instance, now: datetime, group: str, address: str = "") -> dict[str, Any]:
    return {
        "id": str(item.pk),
        "name": item.name or item.state.name or item.state.node,
        "url": reverse("inbox:task", args=[item.pk]) + address,
        "process_name": str(item.state.version.process),
        "business_key": instance.business_key,
        "assignee": item.assignee or "",
        "owner": item.owner or "",
        "group": group,
        "due": item.due,
        "follow_up": item.follow_up,
        "is_overdue": item.due is not None and item.due < now and item.status == WorkItem.Status.OPEN,
        "is_put_off": item.follow_up is not None and item.follow_up > now,
        "priority": item.priority,
        "state": STATES[item.status],
        "ended_at": item.ended_at,
        "like": str(item.state_id),
        "outcomes": json.dumps((item.config or {}).get("outcomes") or []),
    }


def describe_diagram(instance: Instance, here: str, *, is_followed: bool) -> dict[str, Any]:
    """Who has a task sees where it is; the live view is for those who may see the instance."""
    state = history.read_state(instance)
    return state | {
        "id": state["id"] if is_followed else None,
        "xml": reading.read_source(instance.version),
        "here": here,
        "state_url": reverse("api:instance-state", args=[instance.pk]),
    }


def describe_start(process: Process) -> dict[str, Any]:
    assert process.latest_id is not None
    return {
        "name": str(process),
        "key": process.key,
        "description": get_version(process.latest_id).machine.states["#process"].config.get("documentation", ""),
        "url": reverse("inbox:start", args=[process.key]),
    }


def describe_events(events: Iterable[case_history.CaseEvent]) -> list[dict[str, Any]]:
    return [{"at": event.at, "actor": event.actor, "words": words_of(event), "kind": event.kind} for event in events]


def words_of(event: case_history.CaseEvent) -> str:
    names = {"name": event.name, "person": event.person}
    words = {
        "started": _("Started"),
        "completed": _("“%(name)s” completed") if event.name else _("Ended"),
        "cancelled": _("“%(name)s” was no longer needed") if event.name else _("Cancelled"),
        "claimed": _("“%(name)s” claimed"),
        "released": _("“%(name)s” released"),
        "assigned": _("“%(name)s” given to %(person)s"),
        "delegated": _("“%(name)s” delegated to %(person)s"),
        "planned": _("“%(name)s” planned anew"),
        "suspended": _("Suspended"),
        "resumed": _("Resumed"),
        "terminated": _("Terminated"),
        "failed": _("Failed"),
    }
    return words.get(event.kind, event.kind) % names


def describe_variables(variables: Mapping[str, Any], shown: Collection[str]) -> list[dict[str, str]]:
    """Those that the form does not show."""
    return [
        {"name": name, "value": _as_text(value)[:LONGEST_VALUE]}
        for name, value in sorted(variables.items())
        if name not in shown
    ]


RELATIONS: dict[related.Relation, Any] = {
    "caller": gettext_lazy("Called by"),
    "called": gettext_lazy("Calls"),
    "message": gettext_lazy("Exchanges messages"),
    "key": gettext_lazy("Same business key"),
}


def describe_related(actor: Actor, instance: Instance, task: int) -> list[dict[str, Any]]:
    """Other cases that belong to this one, and its other open tasks, as far as the actor may see them."""
    lines = [_related(RELATIONS[relation], row) for relation, row in related.list_related(actor, instance)]
    others = WorkItem.objects.of(instance.pk).filter(worklist.visible(actor), status=WorkItem.Status.OPEN)
    for item in others.exclude(pk=task).select_related("state")[:20]:
        name = item.name or item.state.name or item.state.node
        lines.append({
            "relation": _("Task of the same case"), "name": name, "state": "waiting",
            "url": reverse("inbox:task", args=[item.pk]),
        })  # fmt: skip
    return lines


def _related(relation: str, row: Instance) -> dict[str, Any]:
    return {
        "relation": relation,
        "name": " ".join(filter(None, (str(row.version.process), row.business_key))),
        "state": history.status_word(row),
        "url": reverse("monitor:instance", args=[row.pk]),
    }


def _as_text(value: Any) -> str:
    """To be read: numbers as the region writes them, structures as the JSON that they are."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float):
        return tell_number(value)
    if value is None:
        return "–"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
