"""What the driver was told and what the world outside has seen, against what is stored.

I4 what was answered is there, once; I5 each effect happened, a repetition only under the same key; I10 every
instance came to what its process means. The history itself is history.py's.
"""

from __future__ import annotations

import json
import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.history import Ask, Stored
from tests.faults.mix import KINDS, Kind, final_variables

PROCESSES = tuple(kind.process for kind in KINDS)


@dataclass
class Journal:
    """Written before the next call is made. `statuses` counts every answer, those that were asked again too."""

    prefix: str  # of the numbers of this journal
    started: dict[str, tuple[Kind, int]] = field(default_factory=dict)  # number → what it is, and its instance
    done: set[str] = field(default_factory=set)  # numbers whose task or message was answered with a success
    statuses: Counter[int] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note_start(self, number: str, kind: Kind, instance: int) -> None:
        with self.lock:
            self.started[number] = (kind, instance)

    def note_done(self, number: str) -> None:
        with self.lock:
            self.done.add(number)

    def note_status(self, status: int) -> None:
        with self.lock:
            self.statuses[status] += 1


def check_journal(journal: Journal, ask: Ask, folder: Path) -> None:
    """At the very end, when every instance has come to its own."""
    problems = [*doubled_starts(journal, ask), *unmet(journal, ask), *effects_amiss(journal, folder)]
    assert not problems, "\n".join(problems[:50])


def doubled_starts(journal: Journal, ask: Ask) -> list[str]:
    names = ", ".join(f"'{name}'" for name in PROCESSES)
    lines = ask(
        "SELECT i.id, i.business_key FROM engine_instance i JOIN engine_processversion v ON v.id = i.version_id "
        f"JOIN engine_process p ON p.id = v.process_id WHERE p.key IN ({names}) AND i.business_key LIKE '{journal.prefix}%'"
    )
    stored: dict[str, list[int]] = defaultdict(list)
    for instance, number in lines:
        stored[number].append(instance)
    problems = [f"{number} was started as {ids}" for number, ids in stored.items() if len(ids) > 1]
    for number, (_, instance) in journal.started.items():
        if stored.get(number) != [instance]:
            problems.append(f"the answer to {number} was {instance}, and there is {stored.get(number)}")
    return problems


def unmet(journal: Journal, ask: Ask) -> list[str]:
    instances, problems = Stored(ask).instances, []
    for number, (kind, instance) in journal.started.items():
        row, meant = instances.get(instance), final_variables(kind, {"number": number})
        if row is not None and (row.status, row.variables) != ("completed", meant):
            problems.append(f"{kind.process} {number} is {row.status} with {row.variables}, not {meant}")
    return problems


def effects_amiss(journal: Journal, folder: Path) -> list[str]:
    keys: dict[tuple[int, str], set[str]] = defaultdict(set)
    for effect in read_effects(folder):
        keys[effect["instance"], effect["node"]].add(effect["key"])
    meant = {(instance, node) for kind, instance in journal.started.values() for node in kind.effects}
    problems = [f"the effect of {where} never happened" for where in meant - set(keys)]
    problems += [f"there was an effect of {where}, which nobody asked for" for where in set(keys) - meant]
    problems += [f"{where} was done under the keys {found}" for where, found in keys.items() if len(found) > 1]
    return problems


def read_effects(folder: Path) -> list[dict[str, Any]]:
    path = folder / "effects"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
