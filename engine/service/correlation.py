"""Who gets a message or a signal: waiting instances, start events, or the buffer until somebody waits."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from engine.core.model.effects import OpenSubscription
from engine.core.model.problems import CorrelationError
from engine.core.model.runtime import Delivery
from engine.core.model.words import say
from engine.models import BufferedMessage, ProcessStart
from engine.models.keys import instance_of
from engine.service.case import Case
from engine.service.receivers import Message, Receiver, find_receivers, is_waiting
from engine.service.starts import entry_of
from engine.service.translate import pack, unpack
from engine.service.versions import get_version
from engine.store.rows import ExchangeRow, MessageRow

if TYPE_CHECKING:
    from engine.service.unit import Unit

SIGNAL = 1
DEFAULT_SECONDS = 3600.0  # a message thrown by a process waits so long for its receiver
MOST_INLINE = 20  # receivers of a signal in the unit of its sender; more get it from later units
MOST_RECEIVERS = 1_000_000

Cause = tuple[int, int] | None


def correlate(unit: Unit, message: Message, variables: dict[str, Any], *, actor: str = "") -> list[int]:
    """From outside, to exactly one: the instance that it reaches or starts; none where nothing waits for it.
    CorrelationError where it could be for several: nothing moves then."""
    waiting = find_receivers(unit, message)
    if message.key is not None and len(waiting) > 1:
        waiting = [one for one in waiting if one.key == message.key] or waiting
    if len(waiting) > 1:
        raise CorrelationError(
            say("More than one step waits for “%(name)s”: add a correlation key.", name=message.name)
        )
    if waiting:
        return [_give(unit, waiting[0], variables, actor)]
    starts = list(_starts_of(message)[:2])
    if len(starts) > 1:
        raise CorrelationError(
            say("More than one start event takes “%(name)s”: give them names of their own.", name=message.name)
        )
    return [_start(unit, start, variables, actor, business_key=message.business_key or "") for start in starts]


def publish(
    unit: Unit,
    message: Message,
    variables: dict[str, Any],
    *,
    time_to_live: float | None = None,
    message_id: str | None = None,
    cause: Cause = None,
) -> None:
    """From an instance: to the one that waits longest for it, else to a start event, else it is kept for a while."""
    sender = cause[0] if cause is not None else None
    waiting = find_receivers(unit, message)
    if waiting:
        _note(unit, sender, _give(unit, waiting[0], variables, ""))
        return
    start = _starts_of(message).first()
    if start is not None:
        _note(unit, sender, _start(unit, start, variables, "", cause=cause))
        return
    seconds = DEFAULT_SECONDS if time_to_live is None else time_to_live
    keep(unit, message, variables, seconds, message_id, sender=sender)


def keep(
    unit: Unit, message: Message, variables: dict[str, Any], seconds: float, message_id: str | None = None, *,
    sender: int | None = None,
) -> None:  # fmt: skip
    """Until somebody waits for it, or its time is over. One that is kept already, by its own id, is not kept twice."""
    if seconds > 0 and not (message_id and _is_kept(unit, message, message_id)):
        expires = unit.now + timedelta(seconds=seconds)
        target = _TARGET.join(message.target) if message.target is not None else None
        row = MessageRow(expires, message.name, message.key, message_id, target, pack(variables), sender)
        unit.batch.messages.append(row)


def _is_kept(unit: Unit, message: Message, message_id: str) -> bool:
    same = (message.name, message.key, message_id)
    if any((row.name, row.key, row.message_id) == same for row in unit.batch.messages):
        return True
    known = BufferedMessage.objects.filter(name=message.name, key=message.key, message_id=message_id)
    return known.filter(expires_at__gt=unit.now).exists()


_TARGET = "#"  # stands in no id of XML


def _kept(row: MessageRow) -> Message:
    process, _, node = (row.target or "").partition(_TARGET)
    return Message(row.name, row.key, (process, node) if row.target is not None else None)


def _give(unit: Unit, receiver: Receiver, variables: dict[str, Any], actor: str) -> int:
    delivery = Delivery(receiver.token, receiver.trigger, {"variables": variables}, actor)
    unit.send(receiver.instance, delivery, is_must=True)
    return receiver.instance


def _note(unit: Unit, sender: int | None, receiver: int) -> None:
    """Who reads one of the two is shown the way to the other."""
    if sender is None or sender == receiver:
        return
    row = ExchangeRow(sender, receiver)
    if row not in unit.batch.exchanges:
        unit.batch.exchanges.append(row)


def _starts_of(message: Message) -> QuerySet[ProcessStart]:
    rows = ProcessStart.objects.filter(kind="message", name=message.name, version__process__is_suspended=False)
    if message.target is not None:
        process, node = message.target
        rows = rows.filter(version__process__key=process, **({"node": node} if node else {}))
    return rows.order_by("pk")


def _start(
    unit: Unit, start: ProcessStart, variables: dict[str, Any], actor: str, *, cause: Cause = None,
    business_key: str = "",
) -> int:  # fmt: skip
    version = get_version(start.version_id)
    trigger = entry_of(version, start)["trigger"]
    return unit.ask_birth(version, trigger, variables, actor=actor, cause=cause, business_key=business_key)


def broadcast(unit: Unit, name: str, variables: dict[str, Any], *, actor: str = "", cause: Cause = None) -> int:
    """Give the signal to everyone who waits, but its sender, and to start events; how many it reaches."""
    sender = cause[0] if cause is not None else 0
    found = unit.store.find_subscriptions(SIGNAL, name, is_any_key=True, limit=MOST_RECEIVERS)
    receivers = {(instance_of(row.id), row.token, row.trigger) for row in found if is_waiting(unit, row)}
    receivers |= _listening_here(unit, name)
    receivers = {one for one in receivers if one[0] != sender}
    for instance, token, trigger in sorted(receivers):
        delivery = Delivery(token, trigger, {"variables": variables}, actor)
        if len(receivers) > MOST_INLINE:
            unit.queue(instance, delivery, chain=unit.chain + 1)
        else:
            unit.send(instance, delivery)
    starts = list(ProcessStart.objects.filter(kind="signal", name=name, version__process__is_suspended=False))
    for start in starts:
        version = get_version(start.version_id)
        unit.ask_birth(version, entry_of(version, start)["trigger"], dict(variables), actor=actor, cause=cause)
    return len(receivers) + len(starts)


def take_buffered(unit: Unit, listeners: list[tuple[Case, OpenSubscription]]) -> None:
    """Messages that came before somebody waited for them: each to one, the oldest first."""
    stored = unit.store.find_messages({effect.name for _, effect in listeners}, unit.now)
    for case, effect in listeners:
        if effect not in case.waits:
            continue  # over again
        for number, row in stored:
            if number not in unit.batch.taken_messages and _kept(row).fits(case, effect):
                unit.batch.taken_messages.append(number)
                _hand_over(unit, case, effect, row)
                break
        else:
            for row in [row for row in unit.batch.messages if _kept(row).fits(case, effect)][:1]:
                unit.batch.messages.remove(row)
                _hand_over(unit, case, effect, row)


def deliver_buffered(unit: Unit, limit: int) -> int:
    """Messages kept by one unit while another one began to wait: neither could see the other."""
    names = list(BufferedMessage.objects.order_by("id").values_list("name", flat=True)[: 10 * limit])
    delivered = 0
    for number, row in unit.store.find_messages(set(names), unit.now, limit) if names else ():
        waiting = find_receivers(unit, _kept(row))
        if waiting:
            unit.batch.taken_messages.append(number)
            _note(unit, row.sender, _give(unit, waiting[0], unpack(row.variables) or {}, ""))
            delivered += 1
    return delivered


def _hand_over(unit: Unit, case: Case, effect: OpenSubscription, row: MessageRow) -> None:
    unit.chain = unit.chains.get(case.id, 0)
    receiver = Receiver(case.id, effect.token, effect.trigger, effect.key)
    _note(unit, row.sender, _give(unit, receiver, unpack(row.variables) or {}, ""))


def _listening_here(unit: Unit, name: str) -> set[tuple[int, int, str]]:
    """Waits for a signal that this very unit has opened."""
    return {
        (case.id, wait.token, wait.trigger)
        for case in unit.cases.values()
        if case.is_active and not case.is_suspended
        for wait in case.waits
        if isinstance(wait, OpenSubscription) and (wait.kind, wait.name) == ("signal", name)
    }
