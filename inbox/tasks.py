"""The page of one task and what people do there; each action calls the service and comes back to the page."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from csp.constants import NONE
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from engine.core.model.digits import read_whole
from engine.models import Instance, WorkItem
from engine.service import case_history, documents, forms, handing, items, reading, worklist
from engine.service.errors import Invalid, NotFound, ServiceError
from engine.service.formats import tell_moment
from engine.service.rights import may, name_of
from engine.service.words import translate
from inbox import conversation, drafts, notices
from inbox.describe import (
    describe_diagram,
    describe_events,
    describe_item,
    describe_items,
    describe_related,
    describe_variables,
)
from inbox.form_pages import render_form_page
from inbox.query import ListQuery, read_query, write_place

RAIL = 30


@login_required
@require_GET
def task_page(request: HttpRequest, task: int) -> HttpResponse:
    """The form, with everything about the case beside it."""
    item = worklist.get_item(request.user, task)
    instance = reading.read_instance_of(item)
    query = read_query(request.GET)
    now = datetime.now(UTC)
    notices.mark_read(request.user, task)
    name = name_of(request.user)
    is_open = item.status == WorkItem.Status.OPEN
    is_mine, is_free = item.assignee == name, not item.assignee
    is_meant = worklist.is_meant(request.user, item)
    is_delegated = is_mine and bool(item.owner)
    may_work = is_open and (is_mine or (is_free and is_meant))
    may_hand = is_open and (is_mine or may(request.user, "operate", item.state.version.process))
    may_see = may(request.user, "see", instance.version.process)
    visible = reading.visible_variables_of(instance, item.token)
    schema = forms.schema_of_task(request.user, item, visible)
    shown = forms.keys_of(schema)
    four_eyes = (item.config or {}).get("four_eyes")
    needs_others = may_work and items.needs_other_eyes(request.user, instance.pk, instance.started_by, four_eyes)
    context = {
        "task": describe_item(item, instance, now, worklist.words_of_audience(item.audience))
        | {
            "description": item.state.config.get("documentation", ""),
            "process_url": reverse("designer:process", args=[instance.version.process.key]) if may_see else "",
            "instance_url": reverse("monitor:instance", args=[instance.pk]) if may_see else "",
            "instance_id": str(instance.pk),
            "is_mine": is_mine,
            "is_delegated": is_delegated,
            "completed_by": item.ended_by,
            "completed_at": item.ended_at,
        },
        "form": describe_form(item, visible, schema, query, is_open=may_work and not needs_others)
        | {"draft": drafts.read_draft(request.user, drafts.place_of_task(task)) if may_work else None}
        | ({"submit_url": None} if is_delegated else {}),
        "diagram": describe_diagram(instance, item.state.node, is_followed=may_see),
        "history": describe_events(case_history.list_case_events(instance)),
        "comments": conversation.list_comments(instance.pk),
        "files": describe_files(request, instance),
        "variables": describe_variables(visible, shown) if may_see else None,
        "related": describe_related(request.user, instance, task),
        "rail": describe_rail(request, query, now, task),
        "may_claim": is_open and is_free and is_meant and not needs_others,
        "may_release": is_open and is_mine,
        "may_hand": may_hand,
        "urls": {
            action: reverse(f"inbox:{action}", args=[task])
            for action in ("claim", "release", "assign", "delegate", "resolve", "plan", "comment", "attach")
        },
        "people_url": reverse("inbox:people-named"),
        "upload_url": reverse("inbox:upload"),
        "inbox_url": reverse("inbox:list") + query.address(),
        "next_url": next_url(query, item),
        "problem": _("You did an earlier step of this case; somebody else has to do this one.") if needs_others else "",
    }
    return render_form_page(request, "inbox/task.html", context)


def describe_form(
    item: WorkItem, visible: dict[str, Any], schema: dict[str, Any], query: ListQuery, *, is_open: bool
) -> dict[str, Any]:
    names = forms.keys_of(schema) | forms.names_read_by(schema)
    outcomes = (item.config or {}).get("outcomes") or []
    return {
        "schema": schema,
        "data": {name: value for name, value in visible.items() if name in names},
        "submit_url": reverse("api:task-submit", args=[item.pk]),
        "draft_url": reverse("inbox:task-draft", args=[item.pk]),
        "draft": None,
        "outcomes": [{"value": value, "label": label} for value, label in outcomes],
        "submit_label": _("Complete"),
        "read_only": not is_open,
        "next_url": next_url(query, item),
        "back_url": reverse("inbox:list") + query.address(),
        "upload_url": reverse("inbox:upload"),
    }


def next_url(query: ListQuery, item: WorkItem) -> str:
    """Where the next task of the list is found, from the place of this one."""
    place = write_place(worklist.place_of(item, query.view, query.sort))
    address = query.address(after=place)
    return reverse("inbox:next") + f"{address}&skip={item.pk}"


def describe_rail(request: HttpRequest, query: ListQuery, now: datetime, task: int) -> dict[str, Any]:
    """The list that the task was opened from, as far as its own page."""
    page = worklist.read_page(
        request.user, query.view, now=now, narrow=query.narrow, sort=query.sort, after=query.after, limit=RAIL
    )
    lines = describe_items(page.items, now, query.address(after=query.given.get("after")))
    return {
        "tasks": [line | {"is_current": line["id"] == str(task)} for line in lines],
        "more": page.following is not None,
    }


def describe_files(request: HttpRequest, instance: Instance) -> list[dict[str, Any]]:
    name = name_of(request.user)
    return [
        {
            "name": row.name,
            "size": row.size,
            "by": row.uploaded_by,
            "at": row.uploaded_at,
            "url": reverse("inbox:file", args=[row.pk]),
            "remove_url": reverse("inbox:remove-file", args=[row.pk]) if row.uploaded_by == name and row.item else "",
        }
        for row in documents.list_attachments(instance.pk)
    ]


@login_required
@require_POST
def claim(request: HttpRequest, task: int) -> HttpResponse:
    items.claim(task, request.user)
    return back(request, task)


@login_required
@require_POST
def release(request: HttpRequest, task: int) -> HttpResponse:
    items.release(task, request.user)
    return back(request, task)


@login_required
@require_POST
def assign(request: HttpRequest, task: int) -> HttpResponse:
    person = request.POST.get("person", "").strip()
    items.assign(task, request.user, person)
    messages.success(request, _("The task is %(name)s's now.") % {"name": person})
    return back(request, task)


@login_required
@require_POST
def delegate(request: HttpRequest, task: int) -> HttpResponse:
    """What was typed goes with the task."""
    person = request.POST.get("person", "").strip()
    handing.delegate(task, request.user, person)
    drafts.hand_draft(request.user, drafts.place_of_task(task), person)
    messages.success(request, _("%(name)s hands the task back to you when it is done.") % {"name": person})
    return back(request, task)


@login_required
@require_POST
def resolve(request: HttpRequest, task: int) -> HttpResponse:
    owner = handing.resolve(task, request.user)
    drafts.hand_draft(request.user, drafts.place_of_task(task), owner)
    messages.success(request, _("The task is %(name)s's again, with what you typed.") % {"name": owner})
    return back(request, task)


@login_required
@require_POST
def plan(request: HttpRequest, task: int) -> HttpResponse:
    """Only what the form names is changed; an empty date takes the date away."""
    changes: dict[str, Any] = {
        name: read_moment(request, name) for name in ("due", "follow_up") if name in request.POST
    }
    if priority := request.POST.get("priority", "").strip():
        changes["priority"] = read_whole(priority, 999)
        if changes["priority"] is None:
            raise Invalid("priority-invalid", _("A priority is a whole number from 0 to 100."))
    handing.plan(task, request.user, **changes)
    words = _("The plan is kept.")
    if put_off := changes.get("follow_up"):
        words = _("Put off until %(at)s: until then it is under Follow-up.") % {"at": tell_moment(put_off)}
    messages.success(request, words)
    return back(request, task)


@login_required
@require_POST
def comment(request: HttpRequest, task: int) -> HttpResponse:
    with told_in(request, "comments"):
        conversation.add_comment(request.user, task, request.POST.get("text", ""))
    return back(request, task, "#comments")


@login_required
@require_POST
def attach(request: HttpRequest, task: int) -> HttpResponse:
    worklist.get_item(request.user, task)
    with told_in(request, "files"):
        rows = [documents.keep(request.user, upload.name or "", upload) for upload in request.FILES.getlist("file")]
        if not rows:
            raise Invalid("file-empty", _("Choose a file first."))
        documents.attach(request.user, task, [row.pk for row in rows])
    return back(request, task, "#files")


@contextmanager
def told_in(request: HttpRequest, panel: str) -> Iterator[None]:
    """What is refused is told in the panel where it was asked for."""
    try:
        yield
    except NotFound:
        raise
    except ServiceError as error:
        messages.error(request, translate(error.message), extra_tags=panel)


@login_required
@require_GET
def download(request: HttpRequest, file: uuid.UUID) -> FileResponse:
    """Always saved, never shown: a file is never a page of this site. Pictures and PDF keep their kind, so that a form
    can show them in itself; markup and everything else has none."""
    row = documents.get_document(request.user, file)
    kind = row.type if row.type in documents.SHOWN else documents.UNKNOWN
    answer = FileResponse(documents.open_document(row), as_attachment=True, filename=row.name, content_type=kind)
    answer["X-Content-Type-Options"] = "nosniff"
    answer._csp_config = {"default-src": [NONE], "sandbox": []}  # type: ignore[attr-defined] csp's decorators do so
    return answer


@login_required
@require_POST
def take_off(request: HttpRequest, file: uuid.UUID) -> HttpResponse:
    return redirect(reverse("inbox:task", args=[documents.take_off(request.user, file)]) + "#files")


def read_moment(request: HttpRequest, name: str) -> datetime | None:
    """A local time of the person's zone, as browsers write it."""
    text = request.POST.get(name, "").strip()
    if not text:
        return None
    try:
        at = parse_datetime(text)
    except ValueError:
        at = None
    if at is None:
        raise Invalid("date-invalid", _("Write the date like 2030-01-31T12:00."))
    return at if timezone.is_aware(at) else timezone.make_aware(at)


def back(request: HttpRequest, task: int, anchor: str = "") -> HttpResponse:
    """To the task, in the list that it was opened from; to that list where it is not theirs to see any more."""
    query = read_query(request.GET)
    try:
        worklist.get_item(request.user, task)
    except NotFound:
        return redirect(reverse("inbox:list") + query.address())
    return redirect(reverse("inbox:task", args=[task]) + query.address(after=query.given.get("after")) + anchor)
