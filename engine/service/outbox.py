"""Events for the world outside: which a unit has brought about, and their rows, written in its own transaction.

An event is a CloudEvent as JSON. Its bytes are made once, here; what sends them and to whom is in webhooks.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings

from engine.core.feel import to_json
from engine.models import Webhook
from engine.models.keys import instance_of, number_of
from engine.store.rows import Batch, ItemRow, OutboxRow

if TYPE_CHECKING:
    from engine.service.case import Case
    from engine.service.unit import Unit

# How long a process may believe what it knows of the webhooks: a new one hears of what happens from then on.
KNOWN_SECONDS = 3.0

KINDS = {
    "instance.started": "An instance has started.",
    "instance.ended": "An instance has ended: completed, terminated, cancelled or failed.",
    "instance.suspended": "An instance was suspended.",
    "instance.resumed": "A suspended instance goes on.",
    "task.created": "Somebody has something to do.",
    "task.changed": "A task has another assignee or other dates.",
    "task.completed": "A task was completed.",
    "task.cancelled": "A task is not needed any more.",
    "incident.opened": "Something failed that a person has to look at.",
    "incident.resolved": "An incident was resolved.",
    "message.sent": "A process threw a message.",
    "signal.sent": "A process threw a signal.",
}


class Event(NamedTuple):
    """Something that happened to an instance. Connectors and handlers publish others, under their own kinds."""

    instance: int
    kind: str
    data: dict[str, Any]


class Listener(NamedTuple):
    id: int
    kinds: tuple[str, ...]
    process: int | None

    def wants(self, kind: str, process: int) -> bool:
        return self.process in (None, process) and (not self.kinds or any(matches(one, kind) for one in self.kinds))


class Known(NamedTuple):
    at: float
    listeners: list[Listener]


_known: list[Known] = []


def matches(pattern: str, kind: str) -> bool:
    """`task.*` is every kind that begins like this."""
    return pattern == kind or (pattern.endswith(".*") and kind.startswith(pattern[:-1]))


def listeners() -> list[Listener]:
    """The active webhooks, as known a moment ago."""
    if not _known or time.monotonic() - _known[0].at > KNOWN_SECONDS:
        rows = Webhook.objects.filter(is_active=True).values_list("pk", "kinds", "process")
        _known[:] = [Known(time.monotonic(), [Listener(pk, tuple(kinds), process) for pk, kinds, process in rows])]
    return _known[0].listeners


def forget_listeners() -> None:
    """They have changed."""
    _known.clear()


def add_events(unit: Unit, batch: Batch) -> None:
    """Put what happened into the batch, a row for each webhook that wants to hear of it."""
    if batch.is_empty:
        return
    known = listeners()
    if not known:
        return
    counts: dict[int, int] = {}
    for event in _find_events(unit, batch):
        case = unit.cases[event.instance]
        counts[event.instance] = number = counts.get(event.instance, 0) + 1
        wanting = [listener for listener in known if listener.wants(event.kind, case.version.process_id)]
        if wanting:
            name = f"evt_{case.id:x}_{case.row.revision + 1:x}_{number:x}"
            payload = _payload(case, event, name, batch)
            batch.outbox += [
                OutboxRow(case.id, batch.at, batch.at, None, listener.id, 0, name, event.kind, "", payload)
                for listener in wanting
            ]


def _find_events(unit: Unit, batch: Batch) -> Iterator[Event]:
    """In the order in which they are told: of each instance its start first and its end last."""
    for case in unit.cases.values():
        if case.log and case.is_new:
            yield Event(case.id, "instance.started", {})
    yield from unit.published
    yield from _find_item_events(unit, batch)
    for row in batch.incidents:
        data = {"incident": str(row.id), "node": row.node, "code": row.code, "message": row.message}
        yield Event(instance_of(row.id), "incident.opened", data)
    for ended in batch.resolved_incidents:
        yield Event(instance_of(ended.id), "incident.resolved", {"incident": str(ended.id), "actor": ended.actor})
    for case in unit.cases.values():
        if case.log and not case.is_active:
            instance = case.instance
            more = {} if instance.error is None else {"error": instance.error}
            yield Event(case.id, "instance.ended", {"status": instance.status, **more})
    for kind, instances in (("instance.suspended", batch.held), ("instance.resumed", batch.freed)):
        for instance_id in instances:
            yield Event(instance_id, kind, {})


def _find_item_events(unit: Unit, batch: Batch) -> Iterator[Event]:
    for row in batch.items:
        case = unit.cases[instance_of(row.id)]
        is_new = number_of(row.id) > case.row.waits_made
        yield Event(case.id, "task.created" if is_new else "task.changed", _describe_item(case, row))
    for ended in batch.done_items:
        yield Event(instance_of(ended.id), "task.completed", {"task": str(ended.id), "actor": ended.actor})
    for key in batch.cancelled_items:
        yield Event(instance_of(key), "task.cancelled", {"task": str(key)})


def _describe_item(case: Case, row: ItemRow) -> dict[str, Any]:
    state = case.version.machine.states[case.version.state_keys[row.state]]
    return {
        "task": str(row.id),
        "node": state.node,
        "name": row.name or state.row.name,
        "assignee": row.assignee,
        "due": None if row.due is None else row.due.isoformat(),
    }


def _payload(case: Case, event: Event, name: str, batch: Batch) -> str:
    about = {
        "instance": str(case.id),
        "process": case.version.process,
        "version": case.version.number,
        "businessKey": case.row.business_key,
    }
    return make_payload(name, event.kind, batch.at.isoformat(), f"instances/{case.id}", {**about, **event.data})


def make_payload(event: str, kind: str, at: str, subject: str, data: dict[str, Any]) -> str:
    """A CloudEvent in its JSON format."""
    body = {
        "specversion": "1.0",
        "id": event,
        "source": settings.BASE_URL,
        "type": kind,
        "subject": subject,
        "time": at,
        "datacontenttype": "application/json",
        "data": data,
    }
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False, default=to_json)
