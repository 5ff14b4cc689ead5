"""Which processes take work: each shows itself now and then; one that does not is dead, and its leases run out."""

from __future__ import annotations

import os
import socket
from collections import Counter
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Any

import engine
from engine.models import Job, Worker
from engine.service.rights import Actor, require_any
from engine.store.writing import write_transaction

BEAT_SECONDS = 10.0
DEAD_AFTER_SECONDS = 35.0
FORGOTTEN_AFTER_SECONDS = 3600.0


def name_process() -> str:
    """The name of this process on the jobs that it has."""
    return f"{socket.gethostname()}:{os.getpid()}"


def beat(started_at: datetime, queues: Collection[str], types: Collection[str], figures: dict[str, Any]) -> None:
    """Say that this process is alive."""
    now = datetime.now(UTC)
    shown = {
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "version": engine.__version__,
        "queues": sorted(queues),
        "types": sorted(types),
        "figures": figures,
        "started_at": started_at,
        "seen_at": now,
    }
    with write_transaction():
        Worker.objects.update_or_create(name=name_process(), defaults=shown)
        Worker.objects.filter(seen_at__lt=now - timedelta(seconds=FORGOTTEN_AFTER_SECONDS)).delete()


def leave() -> None:
    """This process ends as it should: nobody has to wonder what became of it."""
    with write_transaction():
        Worker.objects.filter(name=name_process()).delete()


def list_workers(actor: Actor) -> list[Worker]:
    """The living first; each with `is_alive` and how many jobs it has (`jobs`)."""
    require_any(actor, "operate")
    alive_since = datetime.now(UTC) - timedelta(seconds=DEAD_AFTER_SECONDS)
    found = list(Worker.objects.order_by("-seen_at", "name"))
    names = [row.name for row in found]
    held = Counter(Job.objects.filter(owner__in=names).values_list("owner", flat=True))
    for row in found:
        row.is_alive = row.seen_at >= alive_since  # type: ignore[attr-defined]
        row.jobs = held[row.name]  # type: ignore[attr-defined]
    return sorted(found, key=lambda row: (row.seen_at < alive_since, row.name))
