"""The list of instances; the filters are in the address."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from engine.models import Instance
from engine.service import history, reading
from monitor.numbers import read_number


@login_required
@require_GET
def instance_list(request: HttpRequest) -> HttpResponse:
    """Instances, newest first; the filters are in the address."""
    query, process, state = (request.GET.get(name, "")[:255] for name in ("q", "process", "state"))
    status = {str(label): value for value, label in Instance.Status.choices}
    found = reading.list_instances(
        request.user,
        process=process,
        status=[status[state]] if state in status else (),
        search=query,
        node=request.GET.get("node", "")[:255],
        before=read_number(request.GET.get("before", "")),
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
