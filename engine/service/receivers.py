"""Who waits for one message: the stored waits, and those that the unit at hand has opened; nothing is delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Q

from engine.core.model.effects import OpenSubscription
from engine.models import Instance, Subscription
from engine.models.keys import instance_of
from engine.service.translate import ACTIVE
from engine.store.rows import SubscriptionRow

if TYPE_CHECKING:
    from engine.service.case import Case
    from engine.service.unit import Unit

MESSAGE = 0
MOST = 100  # looked at: whoever asks for more of them than that has no key that tells them apart


class Message(NamedTuple):
    """What a message says of its receiver. `target` is the process and the node at the end of its message flow, the
    node empty where any will do; a business key is that of the instance."""

    name: str
    key: str | None = None
    target: tuple[str, str] | None = None
    business_key: str | None = None
    is_open: bool = False  # without a key it is for whoever waits for the name

    @property
    def is_any_key(self) -> bool:
        return self.key is None and (self.is_open or self.target is not None)

    def fits(self, case: Case, wait: OpenSubscription) -> bool:
        """Is it for this wait of an instance that the unit has open?"""
        return (
            (wait.kind, wait.name) == ("message", self.name)
            and (self.is_any_key or wait.key in (None, self.key))
            and self.business_key in (None, case.row.business_key)
            and (self.target is None or self.target in ((case.version.process, ""), (case.version.process, wait.node)))
        )


class Receiver(NamedTuple):
    instance: int
    token: int
    trigger: str
    key: str | None


def find_receivers(unit: Unit, message: Message) -> list[Receiver]:
    """Those that this very unit has opened, else the stored ones, the oldest first."""
    reached = {(one.instance, one.delivery.token, one.delivery.trigger) for one in unit.inner}
    here = [
        Receiver(case.id, wait.token, wait.trigger, wait.key)
        for case in unit.cases.values()
        if case.is_active and not case.is_suspended
        for wait in case.waits
        if isinstance(wait, OpenSubscription) and message.fits(case, wait)
    ]
    fresh = [one for one in here if one[:3] not in reached]
    return fresh or [
        Receiver(instance_of(row.id), row.token, row.trigger, row.key)
        for row in _find_stored(unit, message)
        if is_waiting(unit, row)
    ]


def is_waiting(unit: Unit, row: SubscriptionRow) -> bool:
    """Whether the stored wait still stands: an instance of this unit may have left it, or been reached already."""
    instance = instance_of(row.id)
    if any(
        (one.instance, one.delivery.token, one.delivery.trigger) == (instance, row.token, row.trigger)
        for one in unit.inner
    ):
        return False
    case = unit.cases.get(instance)
    return case is None or (
        case.is_active and row.token not in case.closed and (row.token, row.trigger) not in case.dropped
    )


def _find_stored(unit: Unit, message: Message) -> list[SubscriptionRow]:
    if message.target is None and message.business_key is None:
        name, key = message.name, message.key
        return unit.store.find_subscriptions(MESSAGE, name, key, is_any_key=message.is_any_key, limit=MOST)
    rows: Any = Subscription.objects.filter(kind=MESSAGE, name=message.name)
    if not message.is_any_key:
        rows = rows.filter(Q(key=None) | Q(key=message.key))
    if message.target is not None:
        process, node = message.target
        rows = rows.filter(state__version__process__key=process, **({"state__node": node} if node else {}))
    if message.business_key is not None:
        own = Instance.objects.filter(business_key=message.business_key, status=ACTIVE).order_by("pk")
        rows = rows.of_any(own.values_list("pk", flat=True)[:MOST])
    found = list(rows.order_by("id").values_list(*SubscriptionRow._fields)[:MOST])
    instances = {instance_of(row[0]) for row in found}
    active = set(Instance.objects.filter(pk__in=instances, status=ACTIVE).values_list("pk", flat=True))
    return [SubscriptionRow(*row) for row in found if instance_of(row[0]) in active]
