"""Instances that this process has just started, as they are: what completes their work items need not read them.

Only the revision decides: what was remembered is written upon if the instance still has it, else the unit runs again
and reads. So each is used once, and nobody is refused because of it.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from engine.models.keys import instance_of
from engine.models.running import Instance
from engine.service.translate import pack, unpack, unpack_variables
from engine.store.rows import Batch, ItemRow

if TYPE_CHECKING:
    from engine.service.case import Case

MOST = 4_000  # instances
LONGEST = 4_000  # characters of their variables
UNCHANGING = frozenset({str, int, float, bool, type(None)})


class Known(NamedTuple):
    """A case that is at rest, with its work items by their keys."""

    case: Case
    items: dict[int, ItemRow]


_lock = threading.Lock()
_known: OrderedDict[int, Known] = OrderedDict()


def find_resting(cases: Mapping[int, Case], batch: Batch) -> dict[int, Known]:
    """The new instances of a batch that have work items: their cases are nobody else's once it is on its way."""
    if not batch.new or not batch.items:
        return {}
    rows = {row.id: row for row in batch.new if row.status == Instance.Status.ACTIVE and len(row.variables) <= LONGEST}
    found: dict[int, Known] = {}
    for item in batch.items:
        instance = instance_of(item.id)
        if instance in found:
            found[instance].items[item.id] = item
        elif instance in rows:
            case = cases[instance]
            case.rest(rows[instance])
            _own_values(case)
            found[instance] = Known(case, {item.id: item})
    return found


def remember(resting: Mapping[int, Known]) -> None:
    """After the commit."""
    if not resting:
        return
    with _lock:
        _known.update(resting)
        while len(_known) > MOST:
            _known.popitem(last=False)


def recall(items: Collection[int]) -> dict[int, tuple[ItemRow, Case]]:
    """Those of the work items that are known, for this once."""
    if not _known:
        return {}
    with _lock:
        known = {instance: _known.pop(instance, None) for instance in {instance_of(item) for item in items}}
    found = {}
    for item in items:
        one = known[instance_of(item)]
        if one is not None and item in one.items:
            found[item] = one.items[item], one.case
    return found


def forget_all() -> None:
    """For tests, whose databases hand out the same ids again."""
    with _lock:
        _known.clear()


def _own_values(case: Case) -> None:
    """As they would be read again, where somebody else may hold the very values and change them."""
    instance, row = case.instance, case.row
    if not _is_unchanging(instance.variables):
        instance.variables = unpack_variables(row.variables)
    if not _is_unchanging(instance.data):
        instance.data = unpack(row.data)
    for token in case.tokens.values():
        if not _is_unchanging(token.variables):
            token.variables = unpack(pack(token.variables))
        if not _is_unchanging(token.data):
            token.data = unpack(pack(token.data))


def _is_unchanging(values: Mapping[str, Any] | None) -> bool:
    return not values or UNCHANGING.issuperset(map(type, values.values()))
