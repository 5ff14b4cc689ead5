"""Pages of people's work: home, inbox, task and start; each calls the service and hands its answer to a template."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from engine.models import Process, WorkItem
from engine.service import forms, history, items, reading, worklist
from engine.service.rights import is_all_powerful, may, name_of, role_rights

VIEWS = (
    ("", _("For me")),
    ("mine", _("Mine")),
    ("unassigned", _("Unassigned")),
    ("overdue", _("Overdue")),
    ("follow-up", _("Follow-up")),
    ("done", _("Done")),
)
STATES = {0: "waiting", 1: "done", 2: "cancelled"}


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """My work, what I may start, and what went wrong if that is mine to repair."""
    now = datetime.now(UTC)
    found = worklist.list_items(request.user, now=now, limit=10)
    context = {
        "tasks": describe_items(found, now),
        "task_count": worklist.count_items(request.user, "", now),
        "starts": [describe_start(process) for process in reading.list_startable(request.user)],
        "incidents": describe_incidents(request),
        "example": describe_example(request),
        "inbox_url": reverse("inbox:list"),
    }
    return render(request, "home/home.html", context)


@login_required
@require_GET
def task_list(request: HttpRequest) -> HttpResponse:
    """One view of my tasks, soonest due first."""
    now = datetime.now(UTC)
    view, query = request.GET.get("view", ""), request.GET.get("q", "")[:200]
    found = worklist.list_items(request.user, view, now=now, search=query, after=read_place(request))
    following = None
    if len(found) == worklist.PAGE:
        last = found[-1]
        place = f"{last.due.isoformat() if last.due else ''}|{last.pk}"
        following = "?" + urlencode({"view": view, "q": query, "after": place})
    context = {
        "tasks": describe_items(found, now),
        "views": [
            {
                "label": label,
                "url": reverse("inbox:list") + (f"?view={name}" if name else ""),
                "count": worklist.count_items(request.user, name, now) if name in ("", "overdue") else None,
                "is_current": name == view,
            }
            for name, label in VIEWS
        ],
        "query": query,
        "is_filtered": bool(query),
        "starts_url": reverse("inbox:starts"),
        "paging": {"newer": None, "older": following, "words": ""},
    }
    return render(request, "inbox/list.html", context)


@login_required
@require_GET
def task_count(request: HttpRequest) -> JsonResponse:
    """The number beside Inbox in the top bar, asked again when the inbox changes."""
    return JsonResponse({"count": worklist.count_items(request.user, "", datetime.now(UTC))})


@login_required
@require_GET
def task_page(request: HttpRequest, task: int) -> HttpResponse:
    """The form, with the diagram and the facts beside it."""
    item = worklist.get_item(request.user, task)
    instance = reading.read_instance_of(item)
    name = name_of(request.user)
    is_open = item.status == WorkItem.Status.OPEN
    is_mine = item.assignee == name
    is_free = not item.assignee
    may_work = is_open and (is_mine or is_free)
    may_see = may(request.user, "see", instance.version.process)
    context = {
        "task": describe_item(item, instance, datetime.now(UTC))
        | {
            "description": item.state.config.get("documentation", ""),
            "process_url": reverse("designer:process", args=[instance.version.process.key]) if may_see else "",
            "instance_url": reverse("monitor:instance", args=[instance.pk]) if may_see else "",
            "instance_id": str(instance.pk),
            "is_mine": is_mine,
            "completed_by": item.ended_by,
            "completed_at": item.ended_at,
        },
        "form": describe_form(request, item, instance, read_only=not may_work),
        "diagram": describe_diagram(instance, item.state.node, is_followed=may_see),
        "history": [],
        "may_claim": is_open and is_free,
        "may_release": is_open and is_mine,
        "claim_url": reverse("inbox:claim", args=[task]),
        "release_url": reverse("inbox:release", args=[task]),
        "inbox_url": reverse("inbox:list"),
        "problem": "",
    }
    return render(request, "inbox/task.html", context)


@login_required
@require_POST
def claim(request: HttpRequest, task: int) -> HttpResponse:
    items.claim(task, request.user)
    return redirect("inbox:task", task=task)


@login_required
@require_POST
def release(request: HttpRequest, task: int) -> HttpResponse:
    items.release(task, request.user)
    return redirect("inbox:task", task=task)


@login_required
@require_GET
def start_list(request: HttpRequest) -> HttpResponse:
    """The catalogue of what I may start."""
    starts = [describe_start(process) for process in reading.list_startable(request.user)]
    return render(request, "start/list.html", {"starts": starts})


@login_required
@require_GET
def start_page(request: HttpRequest, key: str) -> HttpResponse:
    """The start form of one process."""
    process = reading.get_startable(request.user, key)
    schema = forms.schema_of_start(process)
    context = {
        "process": describe_start(process),
        "form": {
            "schema": schema,
            "data": {},
            "submit_url": reverse("api:process-start", args=[key]),
            "draft_url": None,
            "draft": None,
            "outcomes": [],
            "submit_label": _("Start"),
            "read_only": False,
        },
    }
    return render(request, "start/start.html", context)


def read_place(request: HttpRequest) -> tuple[datetime | None, int] | None:
    """Where the page before ended; anything else is the first page."""
    due, _separator, key = request.GET.get("after", "").partition("|")
    if not key.isdigit() or len(key) > 19:
        return None
    try:
        return (datetime.fromisoformat(due) if due else None), int(key)
    except ValueError:
        return None


def describe_items(found: list[WorkItem], now: datetime) -> list[dict[str, Any]]:
    of = worklist.instances_of_items(found)
    groups = worklist.words_of_audiences(found)
    return [
        describe_item(item, of[item.instance_id], now) | {"group": groups.get(item.audience, "")}
        for item in found
        if item.instance_id in of
    ]


def describe_item(item: WorkItem, instance: Any, now: datetime) -> dict[str, Any]:
    return {
        "id": str(item.pk),
        "name": item.name or item.state.name or item.state.node,
        "url": reverse("inbox:task", args=[item.pk]),
        "process_name": str(item.state.version.process),
        "business_key": instance.business_key,
        "assignee": item.assignee or "",
        "group": worklist.words_of_audience(item.audience),
        "due": item.due,
        "is_overdue": item.due is not None and item.due < now and item.status == WorkItem.Status.OPEN,
        "priority": item.priority,
        "state": STATES[item.status],
    }


def describe_form(request: HttpRequest, item: WorkItem, instance: Any, *, read_only: bool) -> dict[str, Any]:
    visible = reading.visible_variables_of(instance, item.token)
    schema = forms.schema_of_task(request.user, item, visible)
    keys = forms.keys_of(schema)
    outcomes = (item.config or {}).get("outcomes") or []
    return {
        "schema": schema,
        "data": {name: value for name, value in visible.items() if name in keys},
        "submit_url": reverse("api:task-submit", args=[item.pk]),
        "draft_url": None,
        "draft": None,
        "outcomes": [{"value": value, "label": label} for value, label in outcomes],
        "submit_label": _("Complete"),
        "read_only": read_only,
    }


def describe_diagram(instance: Any, here: str, *, is_followed: bool) -> dict[str, Any]:
    """Who has a task sees where it is; the live view is for those who may see the instance."""
    state = history.read_state(instance)
    return state | {
        "id": state["id"] if is_followed else None,
        "xml": reading.read_source(instance.version),
        "here": here,
        "state_url": reverse("api:instance-state", args=[instance.pk]),
    }


def describe_start(process: Process) -> dict[str, Any]:
    return {
        "name": str(process),
        "key": process.key,
        "description": "",
        "url": reverse("inbox:start", args=[process.key]),
    }


def describe_incidents(request: HttpRequest) -> list[dict[str, Any]] | None:
    if not is_all_powerful(request.user) and "operate" not in role_rights(request.user):
        return None
    return [
        {"message": message, "count": count, "url": reverse("monitor:instances") + "?" + urlencode({"incident": "1"})}
        for message, count in reading.group_incidents(request.user)
    ]


def describe_example(request: HttpRequest) -> dict[str, Any] | None:
    running = reading.find_example(request.user)
    if running is None:
        return None
    return {"name": str(running.version.process), "url": reverse("monitor:instance", args=[running.pk])}
