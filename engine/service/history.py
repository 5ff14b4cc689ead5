"""What happened in an instance, read from its steps: for the live view, the page and catching up after a gap."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from engine.core.model.digits import read_whole
from engine.core.run.log import read_trace
from engine.models import Incident, Instance, Step
from engine.models.keys import number_of, span
from engine.service.attempts import list_attempts
from engine.service.finding import Search, find_instances
from engine.service.reading import get_process, list_incidents, list_tokens
from engine.service.rights import Actor
from engine.service.translate import unpack_log
from engine.service.versions import get_version

Entry = tuple[str, str, str, str | None]  # what, node, token, flow
MOST_STEPS = 500


def read_entries(version: int, step: Step) -> list[Entry]:
    """The step's moves, as the live view shows them."""
    found = get_version(version)
    log = unpack_log(step.log, found)
    return [(what, node, str(token), flow) for _, (what, node, token, flow) in read_trace(found.machine, log)]


def steps_after(instance: int, revision: int, *, limit: int = MOST_STEPS) -> list[Step]:
    first, last = span(instance)
    return list(Step.objects.filter(id__gt=first | max(revision, 0), id__lte=last).order_by("id")[:limit])


def frames_after(instance: Instance, revision: int) -> list[dict[str, Any]]:
    """What a browser that has shown everything up to the revision has to hear, in order."""
    steps = steps_after(instance.pk, revision)
    if not steps:
        return []
    # After the steps, never before: the last frame must not carry the status of the moment before it.
    status = status_word(Instance.objects.only("status").get(pk=instance.pk))
    incidents = [describe_incident(incident) for incident in list_incidents(instance.pk)]
    attempts = list_attempts(instance.pk)
    return [
        {
            "type": "steps",
            "instance": str(instance.pk),
            "sequence": number_of(step.pk),
            "moment": step.sequence,
            "entries": read_entries(instance.version_id, step),
            "status": status,
            "incidents": incidents,
            "attempts": attempts,
        }
        for step in steps
    ]


MOST_MOVED = 200


def moved_after(actor: Actor, process: str, known: Mapping[str, int]) -> list[dict[str, Any]]:
    """The newest instances of the process, and those that are known, as far as they have moved on since."""
    get_process(actor, process)
    rows = find_instances(actor, Search(process=process), limit=MOST_MOVED).instances
    missing = {key for one in known if (key := read_whole(one)) is not None} - {row.pk for row in rows}
    rows += Instance.objects.filter(pk__in=sorted(missing)[:MOST_MOVED], version__process__key=process)
    return [
        {
            "type": "moved",
            "process": process,
            "instance": str(row.pk),
            "sequence": row.revision,
            "status": status_word(row),
        }
        for row in sorted(rows, key=lambda row: row.pk)
        if row.revision > known.get(str(row.pk), 0)
    ]


def merge_frames(frames: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Steps in a row as one frame. `after` is the sequence number that whoever gets it must have."""
    if not frames:
        return None
    entries = [entry for frame in frames for entry in frame["entries"]]
    return frames[-1] | {"after": frames[0]["sequence"] - 1, "entries": entries}


def read_state(instance: Instance) -> dict[str, Any]:
    """The state of the live view: where tokens are, how often each node was entered, what failed."""
    visited: Counter[str] = Counter()
    flows: set[str] = set()
    interrupted: dict[str, None] = {}
    for what, node, _, flow in _all_entries(instance):
        if what == "entered":
            visited[node] += 1
            if flow:
                flows.add(flow)
        if what == "cancelled":
            interrupted[node] = None
        else:
            interrupted.pop(node, None)
    states = get_version(instance.version_id).machine.states
    tokens = [(token, states[token.state.key]) for token in list_tokens(instance.pk)]
    return {
        "id": str(instance.pk),
        "tokens": [{"id": str(number_of(t.pk)), "node": state.node} for t, state in tokens if not state.is_hidden],
        "visited": [{"node": node, "count": count} for node, count in visited.items()],
        "flows": sorted(flows),
        "interrupted": list(interrupted),
        "incidents": [describe_incident(incident) for incident in list_incidents(instance.pk)],
        "attempts": list_attempts(instance.pk),
        "sequence": instance.revision,
        "status": status_word(instance),
    }


def describe_incident(incident: Incident) -> dict[str, Any]:
    node = incident.node or incident.state.node
    return {"id": str(incident.pk), "node": node, "message": incident.message, "token": str(incident.token)}


def status_word(instance: Instance) -> str:
    return str(Instance.Status(instance.status).label)


def list_events(instance: Instance, *, limit: int = 200) -> list[dict[str, Any]]:
    """The latest moves with their moments, newest first."""
    events: list[dict[str, Any]] = []
    first, last = span(instance.pk)
    for step in Step.objects.filter(id__range=(first, last)).order_by("-id")[:limit]:
        moves = [
            {"at": step.at, "kind": what, "node": node, "token": token}
            for what, node, token, _ in read_entries(instance.version_id, step)
        ]
        events += reversed(moves)
        if len(events) >= limit:
            break
    return events[:limit]


def _all_entries(instance: Instance) -> Iterable[Entry]:
    first, last = span(instance.pk)
    for step in Step.objects.filter(id__range=(first, last)).order_by("id").iterator():
        yield from read_entries(instance.version_id, step)
