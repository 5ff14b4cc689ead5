"""Incidents by cause, and their repair: all of a group at once, watched while it happens."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from engine.core.model.digits import read_whole
from engine.models import Instance
from engine.models.keys import instance_of
from engine.service import instances, reading, repair, replay
from engine.service.errors import Conflict, Invalid
from engine.service.repair import Cause
from engine.service.rights import is_all_powerful, role_rights
from engine.service.words import translate
from monitor.actions import read_object, read_reason

SHOWN = 20
RESULTS = 50


@login_required
@require_GET
def incident_list(request: HttpRequest) -> HttpResponse:
    """The causes of everything that stands still, the commonest first."""
    process = request.GET.get("process", "")[:255]
    causes = repair.list_causes(request.user, process=process)
    context = {
        "causes": [describe_cause(cause) for cause in causes],
        "total": sum(cause.number for cause in causes),
        "processes": [
            {"key": row.key, "name": str(row), "is_current": row.key == process}
            for row in reading.list_processes(request.user)
        ],
        "is_filtered": bool(process),
        "may_operate": is_all_powerful(request.user) or "operate" in role_rights(request.user),
    }
    return render(request, "monitor/incidents.html", context)


@login_required
@require_GET
def incident_group(request: HttpRequest, incident: int) -> HttpResponse:
    """One cause: how many, which, with the values of one of them, and the way to repair them all."""
    sample = repair.get_incident(request.user, incident)
    if sample.status != sample.Status.OPEN:
        messages.info(request, _("This incident is closed already."))
        return redirect("monitor:instance", instance=instance_of(incident))
    return render(request, "monitor/incident.html", describe_group(request, incident) | {"typed": {}})


@login_required
@require_POST
def repair_group(request: HttpRequest, incident: int) -> HttpResponse:
    """Try all of the group again, or the sample alone."""
    typed = {name: request.POST.get(name, "") for name in ("variables", "reason")}
    try:
        variables = read_object(typed["variables"])
        if request.POST.get("scope") == "one":
            instances.retry_incident(incident, request.user, variables=variables, reason=read_reason(request))
            messages.success(request, _("Tried again."))
            return redirect("monitor:instance", instance=instance_of(incident))
        started = repair.start_repair(
            request.user, incident, variables=variables, reason=read_reason(request),
            expected=read_whole(request.POST.get("count", "")),
        )  # fmt: skip
    except (Invalid, Conflict) as error:
        context = describe_group(request, incident) | {"typed": typed, "problem": translate(error.message)}
        return render(request, "monitor/incident.html", context, status=error.status)
    return redirect("monitor:repair", repair_id=started.pk)


@login_required
@require_GET
def repair_page(request: HttpRequest, repair_id: int) -> HttpResponse:
    """A repair while it happens, and its results."""
    row = repair.get_repair(request.user, repair_id)
    results = repair.list_results(row, limit=RESULTS)
    context = {
        "repair": {
            "id": row.pk,
            "cause": row.cause,
            "reason": row.reason,
            "actor": row.actor,
            "created_at": row.created_at,
            "ended_at": row.ended_at,
            "total": row.total,
            "done": row.done,
            "failed": row.failed,
            "fine": row.done - row.failed,
        },
        "results": [
            {
                "url": reverse("monitor:instance", args=[instance_of(item.incident)]),
                "instance": str(instance_of(item.incident)),
                "result": item.result,
            }
            for item in results
        ],
        "hidden": max(row.done - len(results), 0),
    }
    return render(request, "monitor/repair.html", context)


def describe_cause(cause: Cause) -> dict[str, Any]:
    return {
        "message": cause.message,
        "step": cause.step,
        "process_name": cause.process_name,
        "code": cause.code,
        "count": cause.number,
        "first_at": cause.first_at,
        "last_at": cause.last_at,
        "url": reverse("monitor:incident", args=[cause.sample]),
    }


def describe_group(request: HttpRequest, incident: int) -> dict[str, Any]:
    sample = repair.get_incident(request.user, incident)
    alike = repair.incidents_like(request.user, incident)
    row = Instance.objects.select_related("version__process").get(pk=instance_of(incident))
    report = replay.report_failure(request.user, incident)
    search = {"process": row.version.process.key, "node": sample.node or sample.state.node, "incident": "1"}
    return {
        "incident": {
            "id": str(incident),
            "message": sample.message,
            "code": sample.code,
            "step": sample.state.name or sample.node or sample.state.node,
            "process_name": str(row.version.process),
            "instance": row.business_key or str(row.pk),
            "instance_url": reverse("monitor:instance", args=[row.pk]),
            "at": sample.created_at,
        },
        "count": len(alike),
        "shown": [
            {"url": reverse("monitor:instance", args=[instance]), "instance": name}
            for instance, name in reading.names_of(instance_of(key) for key in alike[:SHOWN]).items()
        ],
        "more": ngettext("and %(n)s more", "and %(n)s more", len(alike) - SHOWN) % {"n": len(alike) - SHOWN}
        if len(alike) > SHOWN
        else "",
        "instances_url": reverse("monitor:instances") + "?" + urlencode(search),
        "variables": [
            {"name": name, "value": json.dumps(value, ensure_ascii=False)}
            for name, value in sorted(report.input.items())
        ],
        "attempts": [
            {"at": datetime.fromisoformat(attempt["at"]), "message": attempt["message"]}
            for attempt in reversed(report.attempts)
        ],
        "repair_url": reverse("monitor:repair-group", args=[incident]),
        "problem": "",
    }
