"""Starting many instances with one request: in several units, so that nobody else waits for the whole of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from engine.service.errors import ServiceError
from engine.service.instances import BATCH, Start, start_many
from engine.service.once import name_source
from engine.service.rights import Actor

MOST = 1_000  # starts of one request


class Started(NamedTuple):
    """What became of one start: the instance, or why there is none."""

    instance: int | None
    refusal: ServiceError | None = None


def start_all(
    process: str, actor: Actor, starts: Sequence[Start], *, version: int | None = None, idempotency_key: str = ""
) -> list[Started]:
    """As `start` for each, in their order. Where not even the first can be tried, the refusal is raised.

    A key for all of them stands for one key each: the same starts under it start once."""
    if idempotency_key:
        starts = [
            one._replace(idempotency_key=one.idempotency_key or name_source(str(number), idempotency_key))
            for number, one in enumerate(starts)
        ]
    answers: list[Started] = []
    for place in range(0, len(starts), BATCH):
        part = starts[place : place + BATCH]
        try:
            found = start_many(process, actor, part, version=version)
        except ServiceError as error:
            if not answers:
                raise
            answers += [Started(None, error)] * len(part)
        else:
            answers += [Started(one) if isinstance(one, int) else Started(None, one) for one in found]
    return answers
