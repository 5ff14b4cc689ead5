"""Instances that this process has just started, as they are: what completes their work items need not read them.

Only the revision decides: what was remembered is written upon if the instance still has it, else the unit runs again
and reads. So each is used once, and nobody is refused because of it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.core.model.effects import OpenIncident, OpenItem, OpenJob, OpenSubscription, OpenTimer
from engine.core.model.runtime import Snapshot
from engine.models.keys import instance_of, make_key
from engine.models.running import Instance
from engine.service.translate import JobIncident, pack, unpack, unpack_variables
from engine.store.rows import Batch, InstanceRow, ItemRow, Loaded, WaitKey

if TYPE_CHECKING:
    from engine.service.case import Case

MOST = 4_000  # instances
LONGEST = 4_000  # characters of their variables
ENDINGS = {
    OpenItem: "cancelled_items",
    OpenTimer: "ended_timers",
    OpenSubscription: "ended_subscriptions",
    OpenJob: "ended_jobs",
    OpenIncident: "obsolete_incidents",
    JobIncident: "obsolete_incidents",
}
UNCHANGING = frozenset({str, int, float, bool, type(None)})


class Known(NamedTuple):
    """`row` is what was written of the case, which nobody else uses any more."""

    row: InstanceRow
    case: Case
    items: dict[int, ItemRow]


_lock = threading.Lock()
_known: OrderedDict[int, Known] = OrderedDict()


def remember(cases: Mapping[int, Case], batch: Batch) -> None:
    """The new instances of a batch that is committed, and have work items."""
    if not batch.new or not batch.items:
        return
    rows = {row.id: row for row in batch.new if row.status == Instance.Status.ACTIVE and len(row.variables) <= LONGEST}
    found: dict[int, Known] = {}
    for item in batch.items:
        instance = instance_of(item.id)
        if instance in found:
            found[instance].items[item.id] = item
        elif instance in rows:
            found[instance] = Known(rows[instance], _keep(cases[instance]), {item.id: item})
    with _lock:
        _known.update(found)
        while len(_known) > MOST:
            _known.popitem(last=False)


def recall(items: Collection[int]) -> dict[int, tuple[ItemRow, Loaded]]:
    """Those of the work items that are known, for this once."""
    if not _known:
        return {}
    with _lock:
        known = {instance: _known.pop(instance, None) for instance in {instance_of(item) for item in items}}
    loaded = {instance: _load(one) for instance, one in known.items() if one is not None}
    found = {}
    for item in items:
        one = known[instance_of(item)]
        if one is not None and item in one.items:
            found[item] = one.items[item], loaded[instance_of(item)]
    return found


def forget_all() -> None:
    """For tests, whose databases hand out the same ids again."""
    with _lock:
        _known.clear()


def is_unchanging(values: Mapping[str, Any] | None) -> bool:
    """Whether they are what would be read again, and nobody can change them from elsewhere."""
    return not values or UNCHANGING.issuperset(map(type, values.values()))


def _keep(case: Case) -> Case:
    """As far as it is needed; what its tokens know is nobody else's from then on."""
    case.log = ""
    for token in case.tokens.values():
        if not is_unchanging(token.variables):
            token.variables = unpack(pack(token.variables))
        if not is_unchanging(token.data):
            token.data = unpack(pack(token.data))
    return case


def _load(known: Known) -> Loaded:
    row, case = known.row, known.case
    instance = case.instance
    if not is_unchanging(instance.variables):
        instance.variables = unpack_variables(row.variables)
    if not is_unchanging(instance.data):
        instance.data = unpack(row.data)
    waits = [
        WaitKey(
            ENDINGS[type(wait)],
            make_key(row.id, number),
            wait.token,
            "" if wait.__class__ is OpenItem else wait.trigger,
        )
        for number, wait in enumerate(case.waits, case.row.waits_made + 1)
    ]
    return Loaded(row, [], waits, Snapshot(instance, list(case.tokens.values())))
