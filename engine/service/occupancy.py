"""Where the tokens of all instances of a process stand, counted by step; for the process page and its live view."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Max

from engine.models import Incident, Process, ProcessVersion, State, Token
from engine.service.attempts import list_resting
from engine.service.reading import count_running


def read_occupancy(process: Process, version: ProcessVersion | None) -> dict[str, Any]:
    """As the diagram's island takes it. `version` None counts all versions together, by the ids of their nodes."""
    states = State.objects.filter(version__process=process)
    if version is not None:
        states = states.filter(version=version)
    # Inner states of an activity that repeats would count it twice.
    nodes = dict(states.exclude(node="").exclude(key__endswith="#body").values_list("pk", "node"))
    standing: dict[str, int] = {}
    rows = Token.objects.filter(state__in=list(nodes)).values_list("state").annotate(number=Count("pk"))
    for state, number in rows.order_by():
        standing[nodes[state]] = standing.get(nodes[state], 0) + number
    failed = Incident.objects.filter(status=Incident.Status.OPEN, state__in=states)
    incidents: dict[str, dict[str, Any]] = {}
    for own, node, number, message in (
        failed.values_list("node", "state__node").annotate(number=Count("pk"), message=Max("message")).order_by()
    ):
        place = incidents.setdefault(own or node, {"node": own or node, "message": message, "count": 0})
        place["count"] += number
    return {
        "occupied": [{"node": node, "count": count} for node, count in standing.items()],
        "tokens": [],
        "visited": [],
        "incidents": list(incidents.values()),
        "attempts": list_resting(list(nodes)),
        "sequence": 0,
        "status": "active",
        "running": count_running([process.pk]).get(process.pk, 0),
    }
