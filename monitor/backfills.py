"""Runs of a process beside one another, step by step; backfills: planned, started, watched, paused, retried."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from engine.core.model.digits import read_whole
from engine.models import Backfill, Process
from engine.service import backfill, reading, run_grid
from engine.service.backfill import Run, Wish
from engine.service.errors import Conflict, Invalid
from engine.service.formats import tell_day
from engine.service.rights import may
from engine.service.words import translate
from monitor.actions import read_object
from monitor.grid import LOOKS, Line, describe_run, make_grid

PAGE = 31
USUAL_DAYS = 7
EVERY = {"day": gettext_lazy("Every day"), "week": gettext_lazy("Every week"), "month": gettext_lazy("Every month")}
STATUS = {
    Backfill.Status.RUNNING: ("active", gettext_lazy("Running")),
    Backfill.Status.PAUSED: ("suspended", gettext_lazy("Paused")),
    Backfill.Status.CANCELLED: ("cancelled", gettext_lazy("Cancelled")),
    Backfill.Status.DONE: ("done", gettext_lazy("Done")),
}


@login_required
@require_GET
def runs_page(request: HttpRequest, key: str) -> HttpResponse:
    """The latest runs of a process, however they were started, and its backfills."""
    process = reading.get_process(request.user, key)
    before = read_whole(request.GET.get("before", ""))
    rows = run_grid.list_latest(request.user, process, before=before, limit=PAGE)
    stuck = reading.count_open_incidents(row.pk for row in rows)
    lines = [describe_run(row, bool(stuck.get(row.pk))) for row in rows]
    context = {
        "process": describe_process(process),
        "grid": make_grid(process, lines, {row.pk: row for row in rows}),
        "backfills": [describe_backfill(row) for row in backfill.list_backfills(request.user, process)],
        "backfill_url": reverse("monitor:new-backfill", args=[key]) if may(request.user, "operate", process) else "",
        "paging": {
            "newer": None,
            "older": f"?before={rows[-1].pk}" if len(rows) == PAGE else None,
            "words": "",
        },
    }
    return render(request, "monitor/runs.html", context)


@login_required
@require_GET
def new_backfill(request: HttpRequest, key: str) -> HttpResponse:
    """The form, and with its values counted what would be run."""
    return _show_form(request, key, request.GET)


@login_required
@require_POST
def start_backfill(request: HttpRequest, key: str) -> HttpResponse:
    try:
        wish = read_wish(request.POST)
        row = backfill.start_backfill(request.user, key, wish, expected=read_whole(request.POST.get("count", "")))
    except (Invalid, Conflict) as error:
        return _show_form(request, key, request.POST, problem=translate(error.message), status=error.status)
    return redirect("monitor:backfill", backfill_id=row.pk)


@login_required
@require_GET
def backfill_page(request: HttpRequest, backfill_id: int) -> HttpResponse:
    """A backfill while it happens: its progress, and each date step by step."""
    row = backfill.get_backfill(request.user, backfill_id)
    runs = backfill.list_runs(row)
    page = max(read_whole(request.GET.get("page", "")) or 1, 1)
    shown = runs[(page - 1) * PAGE : page * PAGE]
    found = run_grid.read_instances(run.instance for run in shown if run.instance is not None)
    is_dropped = row.status == Backfill.Status.CANCELLED
    lines = [describe_date(run, is_dropped=is_dropped) for run in shown]
    context = {
        "process": describe_process(row.process),
        "backfill": describe_backfill(row, runs),
        "counts": [
            {"look": look, "words": words, "number": number}
            for state, (look, words) in LOOKS.items()
            if (number := sum(line_state(run, is_dropped=is_dropped) == state for run in runs))
        ],
        "grid": make_grid(row.process, lines, found),
        "may_operate": may(request.user, "operate", row.process),
        "failed": sum(run.is_failed for run in runs) if row.status != Backfill.Status.CANCELLED else 0,
        "is_moving": row.ended_at is None,
        "paging": {
            "newer": f"?page={page - 1}" if page > 1 else None,
            "older": f"?page={page + 1}" if len(runs) > page * PAGE else None,
            "words": _("%(first)s to %(last)s of %(total)s dates")
            % {"first": (page - 1) * PAGE + 1, "last": (page - 1) * PAGE + len(shown), "total": len(runs)}
            if len(runs) > PAGE
            else "",
        },
    }
    return render(request, "monitor/backfill.html", context)


@login_required
@require_POST
def change_backfill(request: HttpRequest, backfill_id: int) -> HttpResponse:
    """Pause, go on, cancel, or retry what failed; one date of it where one is named."""
    wanted = request.POST.get("do", "")
    try:
        if wanted in ("pause", "resume"):
            backfill.pause(request.user, backfill_id, is_paused=wanted == "pause")
        elif wanted in ("cancel", "stop"):
            backfill.cancel(request.user, backfill_id, stops_runs=wanted == "stop")
        elif wanted == "retry":
            number = backfill.retry(request.user, backfill_id)
            messages.success(request, ngettext("%s date is tried again.", "%s dates are tried again.", number) % number)
        else:
            backfill.get_backfill(request.user, backfill_id)
    except Conflict as error:
        messages.error(request, translate(error.message))
    return redirect("monitor:backfill", backfill_id=backfill_id)


def _show_form(
    request: HttpRequest, key: str, given: Mapping[str, str], *, problem: str = "", status: int = 200
) -> HttpResponse:
    process = reading.get_process(request.user, key)
    today = timezone.localdate()
    typed = {
        "from": given.get("from") or (today - timedelta(days=USUAL_DAYS)).isoformat(),
        "to": given.get("to") or (today - timedelta(days=1)).isoformat(),
        "every": given.get("every") or "day",
        "limit": given.get("limit") or "3",
        "variable": given.get("variable") or "date",
        "variables": given.get("variables") or "",
        "again": "1" if given.get("again") else "",
        "reason": given.get("reason") or "",
    }
    planned = None
    try:
        planned = backfill.plan(request.user, key, read_wish(typed))
    except (Invalid, Conflict) as error:
        problem = problem or translate(error.message)
    context = {
        "process": describe_process(process),
        "typed": typed,
        "every": [
            {"value": value, "label": label, "is_current": value == typed["every"]} for value, label in EVERY.items()
        ],
        "plan": planned,
        "first": planned.dates[0] if planned and planned.dates else None,
        "last": planned.dates[-1] if planned and planned.dates else None,
        "asks_variable": planned is not None and planned.trigger == "start",
        "problem": problem,
    }  # fmt: skip
    return render(request, "monitor/new_backfill.html", context, status=status)


def read_wish(given: Mapping[str, str]) -> Wish:
    """What was typed; Invalid where it is no date or number."""
    limit = read_whole(given.get("limit", ""))
    if limit is None:
        raise Invalid("backfill-limit", _("Say how many runs go at once, as a number."))
    return Wish(
        first=_read_date(given.get("from", "")),
        last=_read_date(given.get("to", "")),
        every=given.get("every", "day"),
        limit=limit,
        variable=given.get("variable", "").strip()[:255],
        variables=read_object(given.get("variables", "")),
        is_again=bool(given.get("again")),
        reason=given.get("reason", "").strip()[:1000],
    )


def _read_date(text: str) -> date:
    try:
        found = parse_date(text)
    except ValueError:
        found = None
    if found is None:
        raise Invalid("backfill-range", _("Give both dates, like 2030-01-31."))
    return found


def describe_process(process: Process) -> dict[str, Any]:
    return {
        "key": process.key,
        "name": str(process),
        "url": reverse("designer:process", args=[process.key]),
        "runs_url": reverse("monitor:runs", args=[process.key]),
    }


def describe_backfill(row: Backfill, runs: list[Run] | None = None) -> dict[str, Any]:
    look, words = STATUS[Backfill.Status(row.status)]
    runs = backfill.list_runs(row) if runs is None else runs
    return {
        "id": row.pk,
        "url": reverse("monitor:backfill", args=[row.pk]),
        "first": row.first,
        "last": row.last,
        "every": EVERY[row.every],
        "limit": row.limit,
        "actor": row.actor,
        "reason": row.reason,
        "note": row.note,
        "is_again": row.is_again,
        "look": look,
        "words": words,
        "is_paused": row.status == Backfill.Status.PAUSED,
        "is_running": row.status == Backfill.Status.RUNNING,
        "created_at": row.created_at,
        "ended_at": row.ended_at,
        "total": len(runs),
        "done": sum(run.state not in ("waiting", "running") for run in runs),
        "failed": sum(run.is_failed for run in runs),
    }


def line_state(run: Run, *, is_dropped: bool) -> str:
    return "dropped" if is_dropped and run.state == "waiting" else run.state


def describe_date(run: Run, *, is_dropped: bool) -> Line:
    look, words = LOOKS[line_state(run, is_dropped=is_dropped)]
    return Line(run.date.isoformat(), tell_day(run.date), look, words, run.instance, translate(run.error))
