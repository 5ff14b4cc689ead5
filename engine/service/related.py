"""Other instances that belong to one, as far as the actor may see them; what one holds itself is in reading."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from engine.models import Exchange, Instance
from engine.models.keys import instance_of
from engine.service.reading import list_children
from engine.service.rights import Actor, allowed_processes

MOST = 20
MOST_LOOKED_AT = 100  # some may be hidden from the actor

Relation = Literal["caller", "called", "message", "key"]


def list_related(actor: Actor, instance: Instance) -> list[tuple[Relation, Instance]]:
    """Each once: who called it, what it has called, what it exchanges messages with, what has its business key."""
    found: dict[int, tuple[Relation, Instance]] = {}
    for relation, row in _find(actor, instance):
        found.setdefault(row.pk, (relation, row))
    return list(found.values())


def _find(actor: Actor, instance: Instance) -> Iterator[tuple[Relation, Instance]]:
    if instance.parent is not None:
        for row in _read(actor, [instance_of(instance.parent)]):
            yield "caller", row
    for row in list_children(actor, instance.pk):
        yield "called", row
    for row in _read(actor, _partners(instance.pk)):
        yield "message", row
    if instance.business_key:
        same = Instance.objects.filter(business_key=instance.business_key).exclude(pk=instance.pk).order_by("-pk")
        for row in _read(actor, list(same.values_list("pk", flat=True)[:MOST_LOOKED_AT])):
            yield "key", row


def _partners(instance: int) -> set[int]:
    """Whom a message of the instance has reached or started, and whose message has reached or started it."""
    told = Exchange.objects.filter(sender=instance).order_by("-receiver").values_list("receiver", flat=True)
    heard = Exchange.objects.filter(receiver=instance).order_by("-sender").values_list("sender", flat=True)
    return {*told[:MOST_LOOKED_AT], *heard[:MOST_LOOKED_AT]}


def _read(actor: Actor, instances: list[int] | set[int]) -> list[Instance]:
    rows = Instance.objects.filter(pk__in=instances, version__process__in=allowed_processes(actor, "see"))
    return list(rows.select_related("version__process").defer("variables", "data").order_by("-pk")[:MOST])
