"""Instances that this process has just started, as they are stored: what completes their work items need not read them.

Only the revision decides: what was remembered is written upon if the instance still has it, else the unit runs again
and reads. So each is used once, and nobody is refused because of it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection

from engine.models.keys import instance_of
from engine.models.running import Instance
from engine.store.rows import Batch, ItemRow, Loaded, WaitKey

MOST = 4_000  # instances
LONGEST = 4_000  # characters of their variables
KINDS = (
    ("items", "cancelled_items"),
    ("timers", "ended_timers"),
    ("subscriptions", "ended_subscriptions"),
    ("jobs", "ended_jobs"),
    ("incidents", "obsolete_incidents"),
)

_lock = threading.Lock()
_known: OrderedDict[int, tuple[Loaded, dict[int, ItemRow]]] = OrderedDict()


def remember(batch: Batch) -> None:
    """The new instances of a batch that is committed, and have work items."""
    if not batch.new or not batch.items:
        return
    found: dict[int, tuple[Loaded, dict[int, ItemRow]]] = {
        row.id: (Loaded(row, [], []), {})
        for row in batch.new
        if row.status == Instance.Status.ACTIVE and len(row.variables) <= LONGEST
    }
    for token in batch.tokens:
        if (known := found.get(instance_of(token.id))) is not None:
            known[0].tokens.append(token)
    for item in batch.items:
        if (known := found.get(instance_of(item.id))) is not None:
            known[1][item.id] = item
    for member, kind in KINDS:
        for wait in getattr(batch, member):
            if (known := found.get(instance_of(wait.id))) is not None:
                known[0].waits.append(WaitKey(kind, wait.id, wait.token, getattr(wait, "trigger", "")))
    with _lock:
        _known.update((key, known) for key, known in found.items() if known[1])
        while len(_known) > MOST:
            _known.popitem(last=False)


def recall(items: Collection[int]) -> dict[int, tuple[ItemRow, Loaded]]:
    """Those of the work items that are known, for this once."""
    if not _known:
        return {}
    with _lock:
        known = {instance: _known.pop(instance, None) for instance in {instance_of(item) for item in items}}
    found = {}
    for item in items:
        one = known[instance_of(item)]
        if one is not None and item in one[1]:
            found[item] = one[1][item], one[0]
    return found


def forget_all() -> None:
    """For tests, whose databases hand out the same ids again."""
    with _lock:
        _known.clear()
