"""The page of one instance: live, with everything about it in tabs; what a tab shows is in monitor.tabs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from engine.core.model.digits import read_whole
from engine.models import Instance
from engine.service import history, moments, reading
from engine.service.rights import may
from monitor import tabs, waits

TABS = {
    "variables": (_("Variables"), tabs.describe_variables),
    "timeline": (_("Timeline"), tabs.describe_timeline),
    "events": (_("Events"), tabs.describe_events),
    "tasks": (_("Tasks"), tabs.describe_tasks),
    "jobs": (_("Jobs"), tabs.describe_jobs),
    "decisions": (_("Decisions"), tabs.describe_decisions),
    "related": (_("Related"), tabs.describe_related),
    "audit": (_("Audit"), tabs.describe_audit),
}
FIRST_TAB = "variables"
LATEST = 20


@login_required
@require_GET
def instance_page(request: HttpRequest, instance: int) -> HttpResponse:
    """Its diagram moves as it moves, with the same in words beside it; `?at=` opens it at a moment of its past."""
    row = reading.get_instance(request.user, instance)
    process = row.version.process
    names = tabs.names_of(row)
    state = history.read_state(row)
    tab = request.GET.get("tab", FIRST_TAB)
    tab = tab if tab in TABS else FIRST_TAB
    context = {
        "instance": {
            "id": str(row.pk),
            "process_name": str(process),
            "process_url": reverse("designer:process", args=[process.key]),
            "version": row.version.number,
            "business_key": row.business_key,
            "status": history.status_word(row),
            "started_at": row.started_at,
            "started_by": row.started_by,
            "ended_at": row.ended_at,
        },
        "diagram": state
        | {
            "xml": reading.read_source(row.version),
            "state_url": reverse("api:instance-state", args=[instance]),
            "travel": {
                "moments_url": reverse("monitor:moments", args=[instance]),
                "sequence": row.sequence,
                "at": read_whole(request.GET.get("at", "")),
            },
        },
        "places": describe_places(state, names),
        "waits": waits.describe_waits(request.user, row, names),
        "incidents": describe_incidents(row.pk, names),
        "may_operate": may(request.user, "operate", process),
        "is_suspended": row.status == Instance.Status.SUSPENDED,
        "cancel_url": reverse("monitor:cancel", args=[instance]),
        "suspend_url": reverse("monitor:suspend", args=[instance]),
        "resume_url": reverse("monitor:resume", args=[instance]),
        "parent": tabs.describe_parent(row),
        "latest": [
            event | {"node_name": names.get(event["node"], event["node"])}
            for event in history.list_events(row, limit=LATEST)
        ],
        "tabs": [
            {
                "key": key,
                "label": label,
                "url": reverse("monitor:tab", args=[instance, key]),
                "is_current": key == tab,
            }
            for key, (label, _describe) in TABS.items()
        ],
        "tab_template": f"monitor/tabs/{tab}.html",
    }
    return render(request, "monitor/instance.html", context | TABS[tab][1](request, row, names))


@login_required
@require_GET
def instance_tab(request: HttpRequest, instance: int, tab: str) -> HttpResponse:
    """One tab alone, for a page that is open."""
    if tab not in TABS:
        raise Http404
    row = reading.get_instance(request.user, instance)
    return render(request, f"monitor/tabs/{tab}.html", TABS[tab][1](request, row, tabs.names_of(row)))


@login_required
@require_GET
def instance_moments(request: HttpRequest, instance: int) -> JsonResponse:
    """The history for the time travel, a page at a time."""
    row = reading.get_instance(request.user, instance)
    after = read_whole(request.GET.get("after", "")) or 0
    found = moments.read_moments(row, after=after)
    more = bool(found) and found[-1].sequence < row.sequence
    url = reverse("monitor:moments", args=[instance])
    return JsonResponse(
        {
            "moments": [_shorten(moment)._asdict() for moment in found],
            "next": f"{url}?after={found[-1].sequence}" if more else None,
        }
    )


def _shorten(moment: moments.Moment) -> moments.Moment:
    """The rows of a decision have a page of their own."""
    if moment.kind != "decision":
        return moment
    return moment._replace(detail={"decision": moment.detail["decision"]})


def describe_places(state: dict[str, Any], names: dict[str, str]) -> list[dict[str, Any]]:
    failed = {incident["node"] for incident in state["incidents"]}
    return [
        {"name": names.get(node, node), "is_incident": node in failed}
        for node in _unique(token["node"] for token in state["tokens"])
    ]


def describe_incidents(instance: int, names: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "id": str(incident.pk),
            "node_name": names.get(incident.node or incident.state.node, incident.node),
            "message": incident.message,
            "at": incident.created_at,
            "retry_url": reverse("monitor:retry", args=[incident.pk]),
        }
        for incident in reading.list_incidents(instance)
    ]


def _unique(nodes: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(nodes))
