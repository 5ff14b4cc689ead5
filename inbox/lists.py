"""Pages that list work: home, the inbox and its saved views; each calls the service and fills a template."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from engine.service import reading, repair, worklist
from engine.service.rights import is_all_powerful, role_rights
from inbox import notices, views_kept
from inbox.describe import describe_items, describe_start
from inbox.query import DUES, SORT_WORDS, VIEWS, ListQuery, read_query, write_place

MOST_CAUSES = 5
COUNTED = ("", "mine", "overdue", "follow-up", "delegated")


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
        "started_url": reverse("inbox:started"),
    }
    return render(request, "home/home.html", context)


@login_required
@require_GET
def task_list(request: HttpRequest) -> HttpResponse:
    """One view of my tasks; everything that narrows and sorts it is in the address."""
    return _show_list(request, read_query(request.GET), None)


@login_required
@require_GET
def saved_view(request: HttpRequest, slug: str) -> HttpResponse:
    """A view that I have saved; what the address says beside it goes before."""
    row = views_kept.get_view(request.user, slug)
    parameters = views_kept.parameters_of(row) | {name: value for name, value in request.GET.items() if value}
    return _show_list(request, read_query(parameters), slug)


@login_required
@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    query = read_query(request.POST)
    row = views_kept.save_view(request.user, request.POST.get("name", ""), query.address()[1:])
    messages.success(request, _("The view “%(name)s” is kept.") % {"name": row.name})
    return redirect("inbox:view", slug=row.slug)


@login_required
@require_POST
def remove_view(request: HttpRequest, slug: str) -> HttpResponse:
    views_kept.remove_view(request.user, slug)
    return redirect("inbox:list")


@login_required
@require_GET
def counts(request: HttpRequest) -> JsonResponse:
    """The numbers of the top bar, asked again when the inbox changes."""
    count = worklist.count_items(request.user, "", datetime.now(UTC))
    return JsonResponse({"count": count, "notices": notices.count_unread(request.user)})


@login_required
@require_GET
def next_task(request: HttpRequest) -> HttpResponse:
    """The task after a place of a list, or the list's first; back to the list when nothing is left."""
    query = read_query(request.GET)
    skipped = request.GET.get("skip", "")
    now = datetime.now(UTC)
    for after in dict.fromkeys((query.after, None)):
        page = worklist.read_page(
            request.user, query.view, now=now, narrow=query.narrow, sort=query.sort, after=after, limit=2
        )
        for item in page.items:
            if str(item.pk) != skipped:
                return redirect(reverse("inbox:task", args=[item.pk]) + query.address())
    messages.success(request, _("Nothing is left in this list."))
    return redirect(reverse("inbox:list") + query.address())


def _show_list(request: HttpRequest, query: ListQuery, slug: str | None) -> HttpResponse:
    now = datetime.now(UTC)
    page = worklist.read_page(
        request.user, query.view, now=now, narrow=query.narrow, sort=query.sort, after=query.after
    )
    older = query.address(after=write_place(page.following)) if page.following is not None else None
    context = {
        "tasks": describe_items(page.items, now, query.address()),
        "view": query.view,
        "views": _describe_views(request, query, slug, now),
        "saved": [kept | {"is_current": kept["slug"] == slug} for kept in views_kept.list_views(request.user, now)],
        "current_view": slug or "",
        "query": query.narrow.search,
        "filters": describe_filters(request, query),
        "is_filtered": query.is_filtered,
        "problem": query.problem,
        "is_cut": page.is_cut,
        "kept_fields": [(name, value) for name, value in query.given.items() if name in ("view", "sort") and value],
        "list_url": reverse("inbox:list"),
        "address": query.address(),
        "clear_url": reverse("inbox:list") + read_query({"view": query.view, "sort": query.sort}).address(),
        "starts_url": reverse("inbox:starts"),
        "paging": {"newer": query.address() or request.path if query.after else None, "older": older, "words": ""},
    }
    return render(request, "inbox/list.html", context)


def _describe_views(request: HttpRequest, query: ListQuery, slug: str | None, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "url": reverse("inbox:list") + (f"?view={name}" if name else ""),
            "count": worklist.count_items(request.user, name, now) if name in COUNTED else None,
            "is_current": name == query.view and slug is None,
        }
        for name, label in VIEWS
    ]


def describe_filters(request: HttpRequest, query: ListQuery) -> dict[str, Any]:
    """What the filter bar offers, and what of it is chosen."""
    narrow, given = query.narrow, query.given
    processes = reading.list_worked(request.user)
    steps = reading.list_steps_of_work(narrow.process) if narrow.process in {row.key for row in processes} else []
    return {
        "processes": [{"key": row.key, "name": str(row), "is_current": row.key == narrow.process} for row in processes],
        "steps": [{"key": node, "name": name, "is_current": node == narrow.node} for node, name in steps],
        "dues": [{"key": key, "name": name, "is_current": key == narrow.due} for key, name in DUES],
        "sorts": [{"key": key, "name": name, "is_current": key == query.sort} for key, name in SORT_WORDS.items()]
        if query.view != "done"
        else [],
        "priority": given.get("priority", ""),
        "variables": given.get("var", ""),
        "is_open": any(given.get(name) for name in ("step", "priority", "var", "due", "process")),
        "count": Counter(bool(given.get(name)) for name in ("process", "step", "due", "priority", "var"))[True],
    }


def describe_incidents(request: HttpRequest) -> list[dict[str, Any]] | None:
    if not is_all_powerful(request.user) and "operate" not in role_rights(request.user):
        return None
    return [
        {"message": cause.message, "count": cause.number, "url": reverse("monitor:incident", args=[cause.sample])}
        for cause in repair.list_causes(request.user)[:MOST_CAUSES]
    ]


def describe_example(request: HttpRequest) -> dict[str, Any] | None:
    running = reading.find_example(request.user)
    if running is None:
        return None
    return {"name": str(running.version.process), "url": reverse("monitor:instance", args=[running.pk])}
