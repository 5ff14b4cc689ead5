"""How processes run, in figures and charts; every figure leads to the instances behind it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from engine.models import Process
from engine.service import reading
from engine.service.insights import Figures, Spread, StepFigures, Timed, read_figures
from monitor.numbers import tell_duration

PERIODS = {"1": gettext_lazy("Last 24 hours"), "7": gettext_lazy("Last 7 days"), "30": gettext_lazy("Last 30 days"),
           "90": gettext_lazy("Last 90 days")}  # fmt: skip
FIRST_PERIOD = "30"
KEPT_SECONDS = 30


@login_required
@require_GET
def insights_page(request: HttpRequest) -> HttpResponse:
    """One process over a period; the first one where none is chosen."""
    processes = [row for row in reading.list_processes(request.user) if row.latest_id is not None]
    period = request.GET.get("days", FIRST_PERIOD)
    period = period if period in PERIODS else FIRST_PERIOD
    chosen = request.GET.get("process", "")
    process = next((row for row in processes if row.key == chosen), None if chosen else next(iter(processes), None))
    figures = read_recent(request, process, int(period)) if process is not None else None
    context: dict[str, Any] = {
        "processes": [{"key": row.key, "name": str(row), "is_current": row is process} for row in processes],
        "periods": [
            {"value": value, "label": label, "is_current": value == period} for value, label in PERIODS.items()
        ],
        "has_processes": bool(processes),
        "figures": None,
    }
    if process is not None and figures is not None:
        context |= describe_figures(process, figures, int(period))
    return render(request, "monitor/insights.html", context)


def read_recent(request: HttpRequest, process: Process, days: int) -> Figures | None:
    """Kept for half a minute: the figures are about days. The right to see them is asked before, each time."""
    key = f"insights:{process.pk}:{days}:{timezone.get_current_timezone_name()}"
    known: Figures | None = cache.get(key)
    if known is None:
        now = timezone.now()
        known = read_figures(request.user, process.pk, now - timedelta(days=days), now, timezone.get_current_timezone())
        cache.set(key, known, KEPT_SECONDS)
    return known


def describe_figures(process: Process, figures: Figures, days: int) -> dict[str, Any]:
    assert process.latest_id is not None
    names = {state.node: state.name or state.node for state in reading.states_of(process.latest_id).values()}
    base = reverse("monitor:instances") + "?" + urlencode({"process": process.key})
    first = timezone.localtime() - timedelta(days=days)
    since = "&" + urlencode({"from": first.date().isoformat()})
    ended = figures.completed + figures.failed
    version = process.latest
    assert version is not None
    return {
        "figures": {
            "process_name": str(process),
            "started": figures.started,
            "started_url": base + since,
            "completed": figures.completed,
            "completed_url": base + since + "&state=completed",
            "failed": figures.failed,
            "failed_url": base + since + "&state=failed",
            "failure_share": f"{100 * figures.failed / ended:.1f} %" if ended else "–",
            "retries": figures.retries,
            "incidents": figures.incidents,
            "incidents_url": base + "&incident=1",
            "measured": figures.measured,
            "is_cut": figures.started > figures.measured,
        },
        "duration": describe_spread(figures.duration),
        "steps": [describe_step(step, names, base) for step in figures.steps],
        "charts": {
            "slots": [
                {
                    "label": date_format(slot.at, "H:i" if figures.is_hourly else "j M"),
                    "started": slot.started,
                    "completed": slot.completed,
                    "failed": slot.failed,
                    "other": slot.other,
                    "url": base
                    + "&"
                    + urlencode({"from": slot.at.date().isoformat(), "to": slot.at.date().isoformat()}),
                }
                for slot in figures.slots
            ],
            "steps": [
                {
                    "name": names.get(step.node, step.node),
                    "p50": step.spread.p50.length.total_seconds(),
                    "p95": step.spread.p95.length.total_seconds(),
                    "p99": step.spread.p99.length.total_seconds(),
                    "url": timeline_url(step.spread.p95),
                }
                for step in figures.steps[:12]
                if step.spread is not None
            ],
        },
        "heat": {
            "xml": reading.read_source(version),
            "steps": [
                {
                    "node": step.node,
                    "count": step.entered,
                    "seconds": step.total.total_seconds(),
                    "words": tell_duration(step.total),
                }
                for step in figures.steps
            ],
        },
    }


def describe_step(step: StepFigures, names: dict[str, str], base: str) -> dict[str, Any]:
    return {
        "name": names.get(step.node, step.node),
        "node": step.node,
        "entered": step.entered,
        "cancelled": step.cancelled,
        "retries": step.retries,
        "incidents": step.incidents,
        "url": base + "&" + urlencode({"node": step.node}),
        "spread": describe_spread(step.spread),
    }


def describe_spread(spread: Spread | None) -> dict[str, Any] | None:
    if spread is None:
        return None
    return {name: describe_timed(getattr(spread, name)) for name in ("p50", "p95", "p99")} | {"number": spread.number}


def describe_timed(timed: Timed) -> dict[str, str]:
    """With the instance that took just so long."""
    return {
        "words": tell_duration(timed.length),
        "url": timeline_url(timed),
        "title": _("Instance %s took so long") % timed.instance,
    }


def timeline_url(timed: Timed) -> str:
    return reverse("monitor:instance", args=[timed.instance]) + "?tab=timeline"
