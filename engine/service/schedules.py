"""When the timers of a process start it next, in words; firing them is work."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

from engine.core.compile.timer_words import describe_timer
from engine.core.run.starts import evaluate
from engine.models import Process, ProcessStart
from engine.service.expressions import expression_budget
from engine.service.rights import Actor, require
from engine.service.starts import entry_of
from engine.service.versions import get_version


class Schedule(NamedTuple):
    """A timer start: its rule in words with its time zone, and its next moment, None where there is none any more."""

    words: str
    due: datetime | None
    is_suspended: bool


def list_schedules(actor: Actor, process: Process) -> list[Schedule]:
    """Of the latest version: those before it start nothing."""
    require(actor, "see", process)
    now, found = datetime.now(UTC), []
    for start in ProcessStart.objects.filter(version=process.latest_id, kind=ProcessStart.Kind.TIMER).order_by("pk"):
        entry = entry_of(get_version(start.version_id), start)
        value = evaluate(entry["formula"], {}, now, expression_budget())
        found.append(Schedule(describe_timer(entry["timer"], value, now), start.due, process.is_suspended))
    return found
