"""Starting: what I may start, the start form, what I have started, and links by which others may."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from engine.core.model.digits import read_whole
from engine.models import Process
from engine.service import forms, history, reading, schedules
from engine.service.rights import may
from engine.service.starts import is_startable
from inbox import drafts, links
from inbox.describe import describe_start
from inbox.form_pages import render_form_page


@login_required
@require_GET
def start_list(request: HttpRequest) -> HttpResponse:
    """The catalogue of what I may start."""
    words = request.GET.get("q", "").strip()[:100]
    starts = [describe_start(process) for process in reading.list_startable(request.user)]
    if words:
        starts = [one for one in starts if words.lower() in f"{one['name']} {one['key']} {one['description']}".lower()]
    context = {"starts": starts, "query": words, "started_url": reverse("inbox:started")}
    return render(request, "start/list.html", context)


@login_required
@require_GET
def start_page(request: HttpRequest, key: str) -> HttpResponse:
    """The start form of one process, or what starts it where people cannot."""
    process = reading.get_startable(request.user, key)
    if not is_startable(process):
        own_starts = schedules.list_own_starts(request.user, process)
        return render(request, "start/own.html", {"process": describe_start(process), "own_starts": own_starts})
    context = {
        "process": describe_start(process),
        "form": {
            "schema": forms.schema_of_start(process),
            "data": {},
            "submit_url": reverse("api:process-start", args=[key]),
            "draft_url": reverse("inbox:start-draft", args=[key]),
            "draft": drafts.read_draft(request.user, drafts.place_of_start(key)),
            "outcomes": [],
            "submit_label": _("Start"),
            "read_only": False,
            "next_url": None,
            "upload_url": reverse("inbox:upload"),
        },
        "links": describe_links(request, process) if may(request.user, "edit", process) else None,
        "link_url": reverse("inbox:make-link", args=[key]),
    }
    return render_form_page(request, "start/start.html", context)


@login_required
@require_GET
def started_list(request: HttpRequest) -> HttpResponse:
    """What I have started, and where it stands."""
    before = request.GET.get("before", "")
    found = reading.list_started(request.user, before=read_whole(before))
    places = reading.places_of(row.pk for row in found)
    incidents = reading.count_open_incidents(row.pk for row in found)
    older = f"?before={found[-1].pk}" if len(found) == reading.PAGE else None
    context = {
        "instances": [
            {
                "id": str(row.pk),
                "url": reverse("monitor:instance", args=[row.pk])
                if may(request.user, "see", row.version.process)
                else "",
                "process_name": str(row.version.process),
                "business_key": row.business_key,
                "status": history.status_word(row),
                "waits": ", ".join(places.get(row.pk, ())),
                "has_incident": bool(incidents.get(row.pk)),
                "started_at": row.started_at,
                "ended_at": row.ended_at,
            }
            for row in found
        ],
        "starts_url": reverse("inbox:starts"),
        "paging": {"newer": request.path if before else None, "older": older, "words": ""},
    }
    return render(request, "start/started.html", context)


@login_required
@require_POST
def make_link(request: HttpRequest, key: str) -> HttpResponse:
    days = request.POST.get("days", "")
    links.make_link(request.user, key, read_whole(days, 9999) or 0)
    messages.success(request, _("The link is ready to be copied."))
    return redirect(reverse("inbox:start", args=[key]) + "#links")


@login_required
@require_POST
def end_link(request: HttpRequest, link: uuid.UUID) -> HttpResponse:
    row = links.end_link(request.user, link)
    messages.success(request, _("The link does not work any more."))
    return redirect(reverse("inbox:start", args=[row.process.key]) + "#links")


def describe_links(request: HttpRequest, process: Process) -> list[dict[str, Any]]:
    return [
        {
            "url": request.build_absolute_uri(reverse("inbox:public", args=[links.sign(row)])),
            "created_by": row.created_by.get_username(),
            "expires_at": row.expires_at,
            "starts": row.starts,
            "end_url": reverse("inbox:end-link", args=[row.pk]),
        }
        for row in links.list_links(request.user, process)
    ]
