"""The history of one instance entry by entry, in order and with actors; every view of the past is made from these."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from engine.core.run.log import read_trace
from engine.models import Instance, Step
from engine.models.keys import span
from engine.service.translate import unpack_log
from engine.service.versions import Version, get_version

MOST = 2000


class Moment(NamedTuple):
    """One thing that happened. A move over an edge is two with the same sequence number: left, then entered;
    the end of a token at a node as well: left or cancelled, then closed.

    `kind` is one of: entered, left, cancelled, closed (a token is no more), set, delivery, ended,
    incident, guard, decision, attempt, locked, retried, assigned, suspended, resumed, reason. `token` is its
    number, 0 the instance.
    """

    sequence: int
    at: datetime
    kind: str
    node: str
    token: int
    flow: str | None
    actor: str
    detail: Any


def read_moments(instance: Instance, *, after: int = 0, most: int = MOST) -> list[Moment]:
    """Those later than the sequence number, whole steps until there are `most`; an empty list is the end."""
    version = get_version(instance.version_id)
    moments: list[Moment] = []
    rows = Step.objects.filter(id__range=span(instance.pk), sequence__gt=after).order_by("id")
    for step in rows.iterator(chunk_size=200):
        moments += [moment for moment in _read_step(version, step) if moment.sequence > after]
        if len(moments) >= most:
            break
    return moments


def iterate_moments(instance: Instance) -> Iterator[Moment]:
    """The whole history, a part at a time."""
    version = get_version(instance.version_id)
    for step in Step.objects.filter(id__range=span(instance.pk)).order_by("id").iterator(chunk_size=200):
        yield from _read_step(version, step)


def iterate_histories(instances: Iterable[Instance]) -> Iterator[tuple[int, Moment]]:
    """The whole histories of a page of instances, each moment with its instance, in one query."""
    versions = {one.pk: get_version(one.version_id) for one in instances}
    for step in Step.objects.of_any(versions).order_by("id").iterator(chunk_size=200):
        for moment in _read_step(versions[step.instance_id], step):
            yield step.instance_id, moment


def _read_step(version: Version, step: Step) -> Iterator[Moment]:
    log = unpack_log(step.log, version)
    traced: dict[int, list[tuple[str, str, int, str | None]]] = {}
    for index, trace in read_trace(version.machine, log):
        traced.setdefault(index, []).append(trace)
    sequence, actor = step.sequence - len(log), ""
    for index, entry in enumerate(log):
        sequence += 1
        head = entry[0]
        if head == "delivery":
            actor = entry[3]
        for kind, node, token, flow in traced.get(index, ()):
            yield Moment(sequence, step.at, kind, node, token, flow, actor, None)
        if not isinstance(head, str) or head in ("born", "fork", "fired"):
            continue
        if head in ("gone", "cancelled"):
            yield Moment(sequence, step.at, "closed", "", entry[1], None, actor, None)
            continue
        yield _read_note(version, sequence, step.at, entry, actor)


def _read_note(version: Version, sequence: int, at: datetime, entry: Any, actor: str) -> Moment:
    head = entry[0]
    who = entry[-1] if head in WITH_ACTOR else actor
    if head == "ended":
        return Moment(sequence, at, head, "", 0, None, who, {"status": entry[1], "error": entry[2]})
    token = int(entry[1])
    if head == "set":
        return Moment(sequence, at, head, "", token, None, who, entry[2])
    if head == "decision":
        names = ("decision", "records", "version", "findings")
        return Moment(sequence, at, head, entry[2], token, None, who, dict(zip(names, entry[3:], strict=False)))
    if head == "guard":
        edge = version.machine.edges[entry[2]]
        return Moment(sequence, at, head, edge.source_state.node, token, edge.flow, who, {"message": entry[3]})
    fields = DETAILS.get(head, ())
    return Moment(sequence, at, head, "", token, None, who, dict(zip(fields, entry[2:], strict=False)))


WITH_ACTOR = frozenset({"delivery", "retried", "assigned", "suspended", "resumed", "reason"})
DETAILS = {
    "delivery": ("trigger",),
    "incident": ("code", "message"),
    "attempt": ("job", "message"),
    "locked": ("job",),
    "retried": ("job",),
    "assigned": ("assignee",),
    "reason": ("text",),
}


def place_tokens(moments: Iterable[Moment]) -> dict[int, str]:
    """Where the tokens stand after these moments, the first of which is the instance's first."""
    places: dict[int, str] = {}
    for moment in moments:
        if moment.kind == "entered":
            places[moment.token] = moment.node
        elif moment.kind in ("left", "cancelled") and places.get(moment.token) == moment.node:
            del places[moment.token]
        elif moment.kind == "ended":
            places.clear()
    return places
