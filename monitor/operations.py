"""The page of those who keep it running: health, workers, queues, timers, messages, outbox, breakers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from api.events import mappings
from config.probes import find_faults
from engine.models import Subscription, Timer
from engine.models.keys import instance_of
from engine.service import breakers, operations, reading, webhooks, workers
from engine.service.errors import Conflict, NotFound
from engine.service.words import translate
from monitor.actions import read_reason
from monitor.numbers import tell_duration

QUEUES = {
    "deliveries": gettext_lazy("Steps to take"),
    "continuations": gettext_lazy("Steps put off"),
    "timers": gettext_lazy("Timers"),
    "outbox": gettext_lazy("Events to send"),
}


@login_required
@require_GET
def operations_page(request: HttpRequest) -> HttpResponse:
    context = {
        "faults": list(find_faults().values()),
        "counts": operations.count_all(request.user),
        "workers": [describe_worker(row) for row in workers.list_workers(request.user)],
        "queues": [
            {"name": QUEUES[queue.name], "waiting": queue.waiting, "later": queue.later, "lag": tell_lag(queue)}
            for queue in operations.read_queues(request.user)
        ],
        "jobs": [one._asdict() | {"lag": tell_lag(one)} for one in operations.read_jobs(request.user)],
        "timers": describe_timers(operations.list_timers(request.user)),
        "messages_kept": operations.list_messages(request.user),
        "awaited": [
            row | {"kind": Subscription.Kind(row["kind"]).label} for row in operations.list_awaited(request.user)
        ],
        "breakers": [
            {
                "type": row.type,
                "name": name_breaker(row.type),
                "opened_at": row.opened_at,
                "open_until": row.open_until,
                "has_rested": row.open_until <= datetime.now(UTC),
                "openings": row.openings,
            }
            for row in breakers.list_breakers(request.user)
        ],
        "unmatched": [describe_event(row) for row in mappings.list_unmatched(request.user, None, operations.SHOWN)],
        "webhooks": [describe_webhook(row) for row in webhooks.list_webhooks(request.user)],
    }
    return render(request, "monitor/operations.html", context)


@login_required
@require_POST
def fire_timer(request: HttpRequest, timer: int) -> HttpResponse:
    try:
        operations.fire_now(timer, request.user, reason=read_reason(request))
    except (Conflict, NotFound) as error:
        messages.error(request, translate(error.message))
    else:
        messages.success(request, _("The timer has fired."))
    return redirect("monitor:operations")


def name_breaker(name: str) -> str:
    """A type of job is called as it is."""
    if name.startswith(breakers.HOST):
        return _("Host %s") % name.removeprefix(breakers.HOST)
    if name.startswith(webhooks.BREAKER):
        return _("Webhook %s") % name.removeprefix(webhooks.BREAKER)
    return name


@login_required
@require_POST
def reset_breaker(request: HttpRequest) -> HttpResponse:
    breakers.reset(request.POST.get("type", ""), request.user)
    messages.success(request, _("What rested is tried again at once."))
    return redirect("monitor:operations")


@login_required
@require_POST
def send_again(request: HttpRequest, webhook: int) -> HttpResponse:
    """Everything that could not be sent to it is sent once more, byte for byte."""
    number = webhooks.send_failed_again(request.user, webhook)
    messages.success(request, ngettext("%s event is sent again.", "%s events are sent again.", number) % number)
    return redirect("monitor:operations")


@login_required
@require_POST
def deal_with_event(request: HttpRequest, event: int) -> HttpResponse:
    """An event that meant nothing: through the mappings as they are now, or put aside."""
    try:
        if request.POST.get("do") == "dismiss":
            mappings.dismiss_unmatched(request.user, event)
            messages.success(request, _("The event was put aside."))
        else:
            mappings.retry_unmatched(request.user, event)
            messages.success(request, _("The event has done its work now."))
    except (Conflict, NotFound) as error:
        messages.error(request, translate(error.message))
    return redirect("monitor:operations")


def tell_lag(figures: Any) -> str:
    return tell_duration(figures.lag) if figures.waiting else ""


def describe_worker(row: Any) -> dict[str, Any]:
    return {
        "name": row.name,
        "version": row.version,
        "queues": ", ".join(row.queues),
        "types": ", ".join(row.types),
        "jobs": row.jobs,
        "is_alive": row.is_alive,
        "started_at": row.started_at,
        "seen_at": row.seen_at,
        "figures": sorted(row.figures.items()),
    }


def describe_timers(rows: list[Timer]) -> list[dict[str, Any]]:
    names = reading.names_of({instance_of(row.pk) for row in rows})
    return [describe_timer(row, names[instance_of(row.pk)]) for row in rows]


def describe_timer(row: Timer, name: str) -> dict[str, Any]:
    instance = instance_of(row.pk)
    return {
        "step": row.state.name or row.state.node,
        "process_name": str(row.state.version.process),
        "instance": name,
        "instance_url": reverse("monitor:instance", args=[instance]),
        "due": row.due,
        "fire_url": reverse("monitor:fire-timer", args=[row.pk]),
    }


def describe_event(row: Any) -> dict[str, Any]:
    return {
        "pk": row.pk,
        "type": row.type,
        "subject": row.content.get("subject") or "",
        "source": row.source,
        "event": row.event,
        "reason": row.reason,
        "received_at": row.received_at,
        "content": json.dumps(row.content, ensure_ascii=False, indent=2),
    }


def describe_webhook(row: Any) -> dict[str, Any]:
    return {
        "name": str(row),
        "url": row.url,
        "is_active": row.is_active,
        "reason": row.reason,
        "waiting": row.waiting,
        "failed": row.failed,
        "again_url": reverse("monitor:send-again", args=[row.pk]) if row.failed else "",
    }
