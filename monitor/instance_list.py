"""The search over instances; every part of it is in the address."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from engine.core.model.digits import read_whole
from engine.models import Instance
from engine.service import finding, history, reading
from engine.service.finding import Search
from monitor.values import UnclearPairs, read_pairs

LONGEST = 255
STATUS = {str(label): value for value, label in Instance.Status.choices}
FIELDS = ("q", "process", "version", "state", "node", "incident", "message", "var", "from", "to")


@login_required
@require_GET
def instance_list(request: HttpRequest) -> HttpResponse:
    """Instances, newest first."""
    given = {name: request.GET.get(name, "")[:1000].strip() for name in FIELDS}
    search, problem = read_search(given)
    before = read_whole(request.GET.get("before", ""))
    found = finding.find_instances(request.user, search, place=before) if search else finding.Found([], None)
    rows = found.instances
    incidents = reading.count_open_incidents(row.pk for row in rows)
    places = reading.places_of(row.pk for row in rows)
    chosen = {name: value for name, value in given.items() if value}
    processes = reading.list_processes(request.user)
    process = next((row for row in processes if row.key == given["process"]), None)
    context = {
        "instances": [describe_row(row, incidents, places) for row in rows],
        "states": [
            {"value": word, "label": _(word.capitalize()), "is_current": word == given["state"]} for word in STATUS
        ],
        "processes": [{"key": row.key, "name": str(row), "is_current": row is process} for row in processes],
        "versions": [
            {"number": row.number, "is_current": str(row.number) == given["version"]}
            for row in (reading.list_versions(request.user, process) if process is not None else ())
        ],
        "steps": [
            {"node": state.node, "name": state.name or state.node, "is_current": state.node == given["node"]}
            for state in reading.list_steps_of(process)
        ]
        if process is not None
        else [],
        "pick_url": reverse("designer:process", args=[process.key]) if process is not None else "",
        "given": given,
        "query": given["q"],
        "problem": problem,
        "is_filtered": bool(chosen),
        "is_detailed": any(given[name] for name in ("version", "node", "message", "var", "from", "to")),
        "paging": {
            "newer": None,
            "older": "?" + urlencode(chosen | {"before": found.next}) if found.next is not None else None,
            "words": _("The search goes on further back.") if found.next is not None and not rows else "",
        },
    }
    return render(request, "monitor/instances.html", context)


def read_search(given: dict[str, str]) -> tuple[Search | None, str]:
    """What is searched for, or what is wrong with it."""
    try:
        variables = read_pairs(given["var"])
    except UnclearPairs as error:
        return None, str(error)
    until = read_day(given["to"])
    search = Search(
        process=given["process"][:LONGEST],
        version=read_whole(given["version"]),
        status=[STATUS[given["state"]]] if given["state"] in STATUS else (),
        text=given["q"][:LONGEST],
        node=given["node"][:LONGEST],
        has_incident=given["incident"] == "1",
        incident=given["message"],
        variables=variables,
        started_from=read_day(given["from"]),
        started_to=until + timedelta(days=1) if until is not None else None,
    )
    return search, ""


def read_day(text: str) -> datetime | None:
    """The beginning of the day, where the person is."""
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        return None
    return datetime(day.year, day.month, day.day, tzinfo=timezone.get_current_timezone()).astimezone(UTC)


def describe_row(row: Instance, incidents: dict[int, int], places: dict[int, list[str]]) -> dict[str, Any]:
    return {
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
