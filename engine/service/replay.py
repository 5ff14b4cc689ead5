"""An instance as it was after any entry of its history: tokens, variables and waits, rebuilt from its steps alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from engine.core.model.runtime import ROOT
from engine.core.run.replay import PastToken, PastWait, Replay
from engine.models import Step
from engine.models.keys import span
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
        raise NotFound("no-such-moment", "The history begins with the sequence number 1.")
    status = "suspended" if is_suspended and replay.status == "active" else replay.status
    tokens = [replay.tokens[number] for number in sorted(replay.tokens)]
    return Past(
        instance, replay.sequence, at, status, replay.error, tokens, replay.variables, replay.waits,
        {token: replay.visible(token) for token in (ROOT, *replay.tokens)},
    )  # fmt: skip
