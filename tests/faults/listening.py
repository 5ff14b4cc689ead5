"""A receiver of every event of the mix, and what it must have heard (I6): all that history tells, in its order, and the
same bytes under the same id. What the outbox holds of other processes is history.py's."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from tests.faults.history import NUMBER_BITS, Ask, Stored
from tests.infrastructure.receiver import Request

TASKS = ("", "task.completed", "task.cancelled")
INCIDENTS = ("", "incident.resolved", "")
KINDS = ["instance.*", "task.*", "incident.*"]
WAITING = "SELECT count(*) FROM engine_outbox WHERE sent_at IS NULL AND available_at IS NOT NULL"


class Heard(NamedTuple):
    """One event as it came in."""

    id: str
    kind: str
    instance: int
    body: bytes

    @property
    def place(self) -> tuple[int, int]:
        """Its step, and its number among the events of the step."""
        _, _, revision, number = self.id.split("_")
        return int(revision, 16), int(number, 16)


def check_heard(requests: Sequence[Request], instances: Collection[int], ask: Ask) -> None:
    """When everything is sent, of instances that began after the receiver was known."""
    stored, heard = Stored(ask), defaultdict(list)
    for one in map(read, requests):
        heard[one.instance].append(one)
    meant = events_of(stored, instances)
    problems = [problem for one in instances for problem in amiss(one, heard[one], meant[one])]
    assert not problems, "\n".join(problems[:50])


def read(request: Request) -> Heard:
    event = json.loads(request.body)
    assert request.headers["webhook-id"] == event["id"]
    return Heard(event["id"], event["type"], int(event["data"]["instance"]), request.body)


def events_of(stored: Stored, instances: Collection[int]) -> dict[int, Counter[str]]:
    """Of each instance the kinds that its history and its rows tell of."""
    found = {instance: Counter({"instance.started": 1}) for instance in instances}
    for instance in instances:
        entries = (entry for *_, log in stored.steps[instance] for entry in log)
        found[instance]["instance.ended"] = sum(entry[0] == "ended" for entry in entries)
    for table, opened, closed in (("workitem", "task.created", TASKS), ("incident", "incident.opened", INCIDENTS)):
        for key, status in stored.ask(f"SELECT id, status FROM engine_{table}"):
            if (counts := found.get(key >> NUMBER_BITS)) is not None:
                counts[opened] += 1
                counts[closed[status]] += 1
    for counts in found.values():
        del counts[""]
    return found


def amiss(instance: int, heard: Sequence[Heard], meant: Counter[str]) -> Iterator[str]:
    first: dict[str, Heard] = {}
    for one in heard:
        if first.setdefault(one.id, one).body != one.body:
            yield f"of instance {instance} the receiver heard different things as {one.id}"
    told = Counter(one.kind for one in first.values() if one.kind != "task.changed")
    if told != +meant:
        yield f"of instance {instance} the receiver heard {dict(told)}, and history tells of {dict(+meant)}"
    order = [one.place for one in first.values()]
    if order != sorted(order):
        yield f"of instance {instance} the receiver heard the events in the order {order}"
