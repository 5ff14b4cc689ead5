"""An instance as it was after any entry of its history: tokens, variables and waits, rebuilt from its steps alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from engine.core.model.runtime import ROOT
from engine.core.model.words import say
from engine.core.run.replay import PastToken, PastWait, Replay
from engine.models import Incident, Job, Step
from engine.models.keys import span
from engine.service import incidents
from engine.service.errors import NotFound
from engine.service.reading import get_instance
from engine.service.rights import Actor
from engine.service.translate import unpack_log
from engine.service.versions import get_version


class Past(NamedTuple):
    """`sequence` is that of the last entry, `at` when it was written. `variables` are those of each owner's own scope,
    ROOT for the instance; `visible` says what a token saw."""

    instance: int
    sequence: int
    at: datetime
    status: str
    error: str | None
    tokens: list[PastToken]
    variables: dict[int, dict[str, Any]]
    waits: list[PastWait]
    visible: dict[int, dict[str, Any]]


def rebuild_at(actor: Actor, instance: int, sequence: int) -> Past:
    """The instance after the entry with the sequence number; later than its last entry is its present."""
    row = get_instance(actor, instance)
    version = get_version(row.version_id)
    replay = Replay(version.machine)
    at = row.started_at
    is_suspended = False
    for step in Step.objects.filter(id__range=span(instance)).order_by("id").iterator(chunk_size=200):
        if replay.sequence >= sequence:
            break
        log = unpack_log(step.log, version)
        before = replay.sequence
        replay.take(log, sequence)
        at = step.at
        for entry in log[: replay.sequence - before]:
            if entry[0] in ("suspended", "resumed"):
                is_suspended = entry[0] == "suspended"
    if not replay.sequence:
        raise NotFound("no-such-moment", say("The history begins with the sequence number 1."))
    status = "suspended" if is_suspended and replay.status == "active" else replay.status
    tokens = [replay.tokens[number] for number in sorted(replay.tokens)]
    return Past(
        instance, replay.sequence, at, status, replay.error, tokens, replay.variables, replay.waits,
        {token: replay.visible(token) for token in (ROOT, *replay.tokens)},
    )  # fmt: skip


class FailureReport(NamedTuple):
    """Why an incident is there: every attempt of its job with its time, message and class, and what the step saw when
    it failed, which need not be what it would see now."""

    incident: Incident
    attempts: list[dict[str, Any]]
    input: dict[str, Any]


def report_failure(actor: Actor, incident: int) -> FailureReport:
    row = incidents.get_incident(actor, incident)
    job = None if row.job is None else Job.objects.filter(pk=row.job).first()
    attempts = [] if job is None else list(job.failures or [])
    return FailureReport(row, attempts, _input_of(row))


def _input_of(row: Incident) -> dict[str, Any]:
    instance = row.instance_id
    version = get_version(row.state.version_id)
    replay = Replay(version.machine)
    for step in Step.objects.filter(id__range=span(instance), at__lte=row.created_at).order_by("id").iterator():
        for entry in unpack_log(step.log, version):
            replay.take([entry])
            if step.at == row.created_at and (entry[0], entry[1]) == ("incident", row.token):
                return replay.visible(row.token)
    return replay.visible(row.token)
