"""What each tab of an instance's page shows; how it looks is in templates/monitor/tabs."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from engine.core.model.digits import read_whole
from engine.models import Instance, Job, WorkItem
from engine.models.keys import instance_of, number_of, span
from engine.service import decisions, history, moments, reading, related, worklist
from engine.service.chronicle import Chronicle
from engine.service.errors import NotFound
from engine.service.rights import may
from monitor.events import tell_action, tell_moment
from monitor.gantt import draw_gantt
from monitor.numbers import tell_duration
from monitor.waits import tell_job

LONGEST_VALUE = 20_000
EVENTS = 200
RELATIONS: dict[related.Relation, Any] = {
    "caller": gettext_lazy("called this one"),
    "called": gettext_lazy("called by this one"),
    "message": gettext_lazy("exchanges messages"),
    "key": gettext_lazy("same business key"),
}
ITEM_STATES = {WorkItem.Status.OPEN: "waiting", WorkItem.Status.DONE: "done", WorkItem.Status.CANCELLED: "cancelled"}


def names_of(row: Instance) -> dict[str, str]:
    """What a person calls each node."""
    return {state.node: state.name or state.node for state in reading.states_of(row.version_id).values()}


def describe_variables(request: HttpRequest, row: Instance, names: dict[str, str]) -> dict[str, Any]:
    chronicle = Chronicle(moments.iterate_moments(row))
    current: list[tuple[int, str, Any]] = [(0, name, value) for name, value in row.variables.items()]
    for token in reading.list_tokens(row.pk):
        current += [(number_of(token.pk), name, value) for name, value in (token.variables or {}).items()]
    may_change = row.ended_at is None and may(request.user, "operate", row.version.process)
    return {
        "variables": [
            {
                "name": name,
                "type": kind_of(value),
                "value": as_text(value),
                "scope": names.get(chronicle.places.get(scope, ""), "") if scope else "",
                "changes": [
                    {
                        "at": change.at,
                        "actor": change.actor,
                        "cause": names.get(change.cause, change.cause),
                        "value": as_text(change.value),
                    }
                    for change in reversed(chronicle.changes.get((scope, name), ()))
                ],
            }
            for scope, name, value in sorted(current, key=lambda one: (one[0], one[1]))
        ],
        "change_url": reverse("monitor:set-variable", args=[row.pk]) if may_change else "",
    }


def describe_timeline(request: HttpRequest, row: Instance, names: dict[str, str]) -> dict[str, Any]:
    chronicle = Chronicle(moments.iterate_moments(row))
    now = row.ended_at or timezone.now()
    return {
        "gantt": draw_gantt(chronicle.stays, names, row.started_at, now),
        "stays": [
            {
                "node": stay.node,
                "name": names.get(stay.node, stay.node),
                "began_at": stay.began_at,
                "ended_at": stay.ended_at,
                "duration": tell_duration((stay.ended_at or now) - stay.began_at),
                "how": stay.how,
            }
            for stay in chronicle.stays
        ],
        "is_cut": chronicle.is_cut,
    }


def describe_events(request: HttpRequest, row: Instance, names: dict[str, str]) -> dict[str, Any]:
    """The latest, newest first; `?before=` goes further back."""
    before = read_whole(request.GET.get("before", "")) or row.sequence + 1
    after = max(before - 1 - EVENTS, 0)
    found = [moment for moment in moments.read_moments(row, after=after, most=EVENTS * 2) if moment.sequence < before]
    lines = [line for line in (tell_moment(moment, names) for moment in reversed(found)) if line is not None]
    url = reverse("monitor:tab", args=[row.pk, "events"])
    return {"events": lines, "older_url": f"{url}?before={after + 1}" if after else ""}


def describe_tasks(request: HttpRequest, row: Instance, names: dict[str, str]) -> dict[str, Any]:
    rows = WorkItem.objects.filter(id__range=span(row.pk)).select_related("state").order_by("-id")[:EVENTS]
    items = list(rows)
    groups = worklist.words_of_audiences(items)
    return {
        "tasks": [
            {
                "url": _task_url(request, item),
                "name": item.name or item.state.name or item.state.node,
                "state": ITEM_STATES[WorkItem.Status(item.status)],
                "assignee": item.assignee or "",
                "group": groups.get(item.audience, ""),
                "due": item.due,
                "ended_at": item.ended_at,
                "ended_by": item.ended_by or "",
            }
            for item in items
        ]
    }


def _task_url(request: HttpRequest, item: WorkItem) -> str:
    try:
        worklist.get_item(request.user, item.pk)
    except NotFound:
        return ""
    return reverse("inbox:task", args=[item.pk])


def describe_jobs(request: HttpRequest, row: Instance, names: dict[str, str]) -> dict[str, Any]:
    may_operate = row.ended_at is None and may(request.user, "operate", row.version.process)
    found = Job.objects.filter(id__range=span(row.pk)).select_related("state").order_by("id")[:EVENTS]
    attempts = [
        {"at": failure.at, "node_name": names.get(failure.node, failure.node), "message": failure.message}
        for failure in Chronicle(moments.iterate_moments(row)).failures
        if not failure.is_incident
    ]
    return {
        "jobs": [
            {
                "id": str(job.pk),
                "type": job.type,
                "node_name": names.get(job.state.node, job.state.node),
                "words": tell_job(job),
                "retries": job.retries,
                "attempts": job.attempts,
                "available_at": job.available_at,
                "owner": job.owner,
                "failures": list(reversed(job.failures or [])),
                "progress": [(name, as_text(value)) for name, value in (job.progress or {}).items()],
                "skip_url": reverse("monitor:skip", args=[job.pk]) if may_operate else "",
            }
            for job in found
        ],
        "attempts": list(reversed(attempts))[:EVENTS],
    }


def describe_decisions(request: HttpRequest, row: Instance, names: dict[str, str]) -> dict[str, Any]:
    return {
        "decisions": [
            {
                "name": made["decision"],
                "node_name": names.get(made["node"], made["node"]),
                "at": made["at"],
                "url": reverse("designer:decision-made", args=[row.pk, number]),
            }
            for number, made in enumerate(decisions.list_made(row), 1)
        ]
    }


def describe_related(request: HttpRequest, row: Instance, names: dict[str, str]) -> dict[str, Any]:
    return {
        "related": [
            {
                "relation": RELATIONS[relation],
                "id": str(other.pk),
                "url": reverse("monitor:instance", args=[other.pk]),
                "process_name": str(other.version.process),
                "business_key": other.business_key,
                "status": history.status_word(other),
                "started_at": other.started_at,
                "ended_at": other.ended_at,
            }
            for relation, other in related.list_related(request.user, row)
        ],
    }


def describe_parent(row: Instance) -> dict[str, str] | None:
    if row.parent is None:
        return None
    caller = instance_of(row.parent)
    return {"label": str(caller), "url": reverse("monitor:instance", args=[caller])}


def describe_audit(request: HttpRequest, row: Instance, names: dict[str, str]) -> dict[str, Any]:
    chronicle = Chronicle(moments.iterate_moments(row))
    return {
        "actions": [tell_action(action, names) for action in reversed(chronicle.actions)],
        "is_cut": chronicle.is_cut and len(chronicle.actions) > 0,
    }


def as_text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text[:LONGEST_VALUE]


def kind_of(value: Any) -> str:
    kinds = {
        str: _("text"),
        bool: _("yes or no"),
        int: _("number"),
        float: _("number"),
        list: _("list"),
        dict: _("object"),
    }
    return kinds.get(type(value), _("nothing"))
