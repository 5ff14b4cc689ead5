"""What the processes of an installation have logged (the rest of I8): an error that names an instance is seen there, as
an incident, or was got over: the instance went on afterwards, or has ended. Failed jobs are history.py's."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from tests.faults.history import LIVING, NUMBER_BITS, Ask, Stored

LEVELS = ("ERROR", "CRITICAL")


class Error(NamedTuple):
    """A line that names an instance."""

    at: datetime
    instance: int
    text: str


def check_logs(lines: Iterable[str], ask: Ask) -> None:
    problems = list(unseen_errors(list(read_errors(lines)), ask))
    assert not problems, "\n".join(problems[:50])


def read_errors(lines: Iterable[str]) -> Iterator[Error]:
    """Of the lines that are JSON: web servers and Celery have some of their own."""
    for line in lines:
        if not line.startswith("{"):
            continue
        try:
            said = json.loads(line)
        except ValueError:
            continue  # the process was killed while it wrote
        if said.get("level") in LEVELS and "instance" in said:
            yield Error(datetime.fromisoformat(said["at"]), int(said["instance"]), line)


def unseen_errors(errors: list[Error], ask: Ask) -> Iterator[str]:
    if not errors:
        return
    stored = Stored(ask)
    seen = {key >> NUMBER_BITS for (key,) in ask("SELECT id FROM engine_incident")}
    for error in errors:
        row = stored.instances.get(error.instance)
        if error.instance in seen or (row is not None and row.status not in LIVING):
            continue
        if not any(at > error.at for _, at, *_ in stored.steps.get(error.instance, ())):
            yield f"instance {error.instance} has no incident and has not gone on, and a log says {error.text}"
