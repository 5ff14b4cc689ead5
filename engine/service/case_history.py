"""What people did in a case, for who works in it: started, took, handed on, completed; every move is history's."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from engine.models import Instance, Step, WorkItem
from engine.models.keys import span
from engine.service.translate import unpack_log
from engine.service.versions import get_version

MOST_STEPS = 300


class CaseEvent(NamedTuple):
    """`kind` is what happened, `name` the task or step, `actor` who did it and `person` whom it was given to."""

    at: datetime
    kind: str
    name: str = ""
    actor: str = ""
    person: str = ""


def list_case_events(instance: Instance) -> list[CaseEvent]:
    """Newest first."""
    items = list(WorkItem.objects.of(instance.pk).select_related("state"))
    names = {item.token: item.name or item.state.name or item.state.node for item in items}
    events = [CaseEvent(instance.started_at, "started", actor=instance.started_by or "")]
    for item in items:
        if item.status != WorkItem.Status.OPEN and item.ended_at is not None:
            kind = "completed" if item.status == WorkItem.Status.DONE else "cancelled"
            events.append(CaseEvent(item.ended_at, kind, names[item.token], item.ended_by or ""))
    events += _noted(instance, names)
    if instance.ended_at is not None:
        events.append(CaseEvent(instance.ended_at, str(Instance.Status(instance.status).label)))
    return sorted(events, key=lambda event: event.at, reverse=True)


def _noted(instance: Instance, names: dict[int, str]) -> list[CaseEvent]:
    """What was written into the history beside the moves."""
    version = get_version(instance.version_id)
    events: list[CaseEvent] = []
    for step in Step.objects.filter(id__range=span(instance.pk)).order_by("-id")[:MOST_STEPS]:
        for head, token, *rest in unpack_log(step.log, version):
            name = names.get(token, "")
            if head in ("assigned", "delegated"):
                person, actor = rest[0] or "", rest[1]
                kind = head if head == "delegated" else _assigned(person, actor)
                events.append(CaseEvent(step.at, kind, name, actor, person))
            elif head == "planned":
                events.append(CaseEvent(step.at, "planned", name, rest[-1]))
            elif head in ("suspended", "resumed"):
                events.append(CaseEvent(step.at, head, "", rest[-1] if rest else ""))
    return events


def _assigned(person: str, actor: str) -> str:
    if not person:
        return "released"
    return "claimed" if person == actor else "assigned"
