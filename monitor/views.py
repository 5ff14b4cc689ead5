"""Pages of what runs: the list of instances and one instance, live; each calls the service."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from engine.models import Instance
from engine.models.keys import instance_of
from engine.service import decisions, history, instances, reading
from engine.service.rights import may

LONGEST_VALUE = 2000


@login_required
@require_GET
def instance_list(request: HttpRequest) -> HttpResponse:
    """Instances, newest first; the filters are in the address."""
    query, process, state = (request.GET.get(name, "")[:255] for name in ("q", "process", "state"))
    status = {str(label): value for value, label in Instance.Status.choices}
    before = request.GET.get("before", "")
    found = reading.list_instances(
        request.user,
        process=process,
        status=[status[state]] if state in status else (),
        search=query,
        node=request.GET.get("node", "")[:255],
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
    )
    incidents = reading.count_open_incidents(row.pk for row in found)
    places = reading.places_of(row.pk for row in found)
    older = None
    if len(found) == reading.PAGE:
        older = "?" + urlencode({"q": query, "process": process, "state": state, "before": found[-1].pk})
    context = {
        "instances": [
            {
                "id": str(row.pk),
                "url": reverse("monitor:instance", args=[row.pk]),
                "process_name": str(row.version.process),
                "version": row.version.number,
                "business_key": row.business_key,
                "status": history.status_word(row),
                "waits": ", ".join(places.get(row.pk, ())),
                "started_at": row.started_at,
                "ended_at": row.ended_at,
                "incidents": incidents.get(row.pk, 0),
            }
            for row in found
        ],
        "states": [{"value": word, "label": _(word.capitalize()), "is_current": word == state} for word in status],
        "processes": [
            {"key": row.key, "name": str(row), "is_current": row.key == process}
            for row in reading.list_processes(request.user)
        ],
        "query": query,
        "is_filtered": bool(query or process or state),
        "paging": {"newer": None, "older": older, "words": ""},
    }
    return render(request, "monitor/instances.html", context)


@login_required
@require_GET
def instance_page(request: HttpRequest, instance: int) -> HttpResponse:
    """One instance: its diagram moves as it moves, with the same in words beside it."""
    row = reading.get_instance(request.user, instance)
    process = row.version.process
    names = {state.node: state.name or state.node for state in reading.states_of(row.version_id).values()}
    diagram = history.read_state(row) | {
        "xml": reading.read_source(row.version),
        "state_url": reverse("api:instance-state", args=[instance]),
    }
    context = {
        "instance": {
            "id": str(row.pk),
            "process_name": str(process),
            "process_url": reverse("designer:process", args=[process.key]),
            "version": row.version.number,
            "business_key": row.business_key,
            "status": history.status_word(row),
            "started_at": row.started_at,
            "started_by": "",
            "ended_at": row.ended_at,
        },
        "diagram": diagram,
        "waits": describe_waits(diagram, names),
        "variables": [describe_variable(name, value) for name, value in sorted(row.variables.items())],
        "events": [
            event | {"node_name": names.get(event["node"], event["node"])} for event in history.list_events(row)
        ],
        "incidents": describe_incidents(row.pk, names),
        "may_operate": may(request.user, "operate", process),
        "cancel_url": reverse("monitor:cancel", args=[instance]),
        "parent": describe_parent(row),
        "decisions": [
            {
                "name": made["decision"],
                "node_name": names.get(made["node"], made["node"]),
                "at": made["at"],
                "url": reverse("designer:decision-made", args=[instance, number]),
            }
            for number, made in enumerate(decisions.list_made(row), 1)
        ],
    }
    return render(request, "monitor/instance.html", context)


@login_required
@require_POST
def cancel(request: HttpRequest, instance: int) -> HttpResponse:
    reason = request.POST.get("reason", "").strip()[:1000]
    if not reason:
        messages.error(request, _("Say why the instance is cancelled."))
        return redirect("monitor:instance", instance=instance)
    instances.cancel(instance, request.user, reason=reason)
    messages.success(request, _("The instance has been cancelled."))
    return redirect("monitor:instance", instance=instance)


@login_required
@require_POST
def retry(request: HttpRequest, incident: int) -> HttpResponse:
    instances.retry_incident(incident, request.user)
    messages.success(request, _("Tried again."))
    return redirect("monitor:instance", instance=instance_of(incident))


def describe_waits(diagram: dict[str, Any], names: dict[str, str]) -> list[dict[str, Any]]:
    failed = {incident["node"] for incident in diagram["incidents"]}
    return [
        {"name": names.get(node, node), "words": "", "is_incident": node in failed}
        for node in _unique(token["node"] for token in diagram["tokens"])
    ]


def describe_variable(name: str, value: Any) -> dict[str, str]:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    kinds = {str: "text", bool: "yes or no", int: "number", float: "number", list: "list", dict: "object"}
    return {"name": name, "type": kinds.get(type(value), "nothing"), "value": text[:LONGEST_VALUE]}


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


def describe_parent(row: Instance) -> dict[str, str] | None:
    if row.parent is None:
        return None
    caller = instance_of(row.parent)
    return {"label": str(caller), "url": reverse("monitor:instance", args=[caller])}


def _unique(nodes: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(nodes))
