"""Who gets a message or a signal: waiting instances, start events, or the buffer until somebody waits."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from engine.core.model.effects import OpenSubscription
from engine.core.model.problems import CorrelationError
from engine.core.model.runtime import Delivery
from engine.models import BufferedMessage, ProcessStart
from engine.models.keys import instance_of
from engine.service.case import Case
from engine.service.starts import entry_of
from engine.service.translate import pack, unpack
from engine.service.versions import get_version
from engine.store.rows import MessageRow, SubscriptionRow

if TYPE_CHECKING:
    from engine.service.unit import Unit

MESSAGE, SIGNAL = 0, 1
DEFAULT_SECONDS = 3600.0  # a message thrown by a process waits so long for its receiver
MOST_INLINE = 20  # receivers of a signal in the unit of its sender; more get it from later units
MOST_RECEIVERS = 1_000_000

Cause = tuple[int, int] | None


def publish(
    unit: Unit,
    name: str,
    key: str | None,
    variables: dict[str, Any],
    *,
    time_to_live: float | None = None,
    message_id: str | None = None,
    actor: str = "",
    is_any_key: bool = False,
    is_exact: bool = False,
    cause: Cause = None,
) -> list[int]:
    """Give the message to the one that waits longest for it, else to a start event, else keep it for a while.

    Returns the instance that it reaches or starts. An exact one is refused when several instances wait."""
    waiting = _waiting_here(unit, name, key, is_any_key)
    if not waiting:
        stored = unit.store.find_subscriptions(MESSAGE, name, key, is_any_key=is_any_key, limit=100)
        waiting = [(instance_of(row.id), row.token, row.trigger) for row in stored if _is_waiting(unit, row)]
    if is_exact and len({instance for instance, _, _ in waiting}) > 1:
        raise CorrelationError(f"More than one instance waits for “{name}”: add a correlation key.")
    if waiting:
        instance, token, trigger = waiting[0]
        unit.send(instance, Delivery(token, trigger, {"variables": variables}, actor), is_must=True)
        return [instance]
    start = ProcessStart.objects.filter(kind="message", name=name, version__process__is_suspended=False).first()
    if start is not None:
        version = get_version(start.version_id)
        return [unit.ask_birth(version, entry_of(version, start)["trigger"], variables, actor=actor, cause=cause)]
    seconds = DEFAULT_SECONDS if time_to_live is None else time_to_live
    if seconds > 0:
        expires = unit.now + timedelta(seconds=seconds)
        unit.batch.messages.append(MessageRow(expires, name, key, message_id, pack(variables)))
    return []


def broadcast(unit: Unit, name: str, variables: dict[str, Any], *, actor: str = "", cause: Cause = None) -> int:
    """Give the signal to everyone who waits, but its sender, and to start events; how many it reaches."""
    sender = cause[0] if cause is not None else 0
    found = unit.store.find_subscriptions(SIGNAL, name, is_any_key=True, limit=MOST_RECEIVERS)
    receivers = {(instance_of(row.id), row.token, row.trigger) for row in found if _is_waiting(unit, row)}
    receivers |= set(_listening_here(unit, SIGNAL, name, None, True))
    receivers = {one for one in receivers if one[0] != sender}
    for instance, token, trigger in sorted(receivers):
        delivery = Delivery(token, trigger, {"variables": variables}, actor)
        if len(receivers) > MOST_INLINE:
            unit.queue(instance, delivery)
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
            if number not in unit.batch.taken_messages and _fits(effect, row):
                unit.batch.taken_messages.append(number)
                _hand_over(unit, case, effect, row)
                break
        else:
            for row in [row for row in unit.batch.messages if _fits(effect, row)][:1]:
                unit.batch.messages.remove(row)
                _hand_over(unit, case, effect, row)


def deliver_buffered(unit: Unit, limit: int) -> int:
    """Messages kept by one unit while another one began to wait: neither could see the other."""
    names = list(BufferedMessage.objects.order_by("id").values_list("name", flat=True)[: 10 * limit])
    delivered = 0
    for number, row in unit.store.find_messages(set(names), unit.now, limit) if names else ():
        waiting = [
            one for one in unit.store.find_subscriptions(MESSAGE, row.name, row.key, limit=10) if _is_waiting(unit, one)
        ]
        if waiting:
            unit.batch.taken_messages.append(number)
            data = {"variables": unpack(row.variables) or {}}
            unit.send(instance_of(waiting[0].id), Delivery(waiting[0].token, waiting[0].trigger, data), is_must=True)
            delivered += 1
    return delivered


def _fits(effect: OpenSubscription, row: MessageRow) -> bool:
    return row.name == effect.name and effect.key in (None, row.key)


def _hand_over(unit: Unit, case: Case, effect: OpenSubscription, row: MessageRow) -> None:
    data = {"variables": unpack(row.variables) or {}}
    unit.send(case.id, Delivery(effect.token, effect.trigger, data), is_must=True)


def _waiting_here(unit: Unit, name: str, key: str | None, is_any_key: bool) -> list[tuple[int, int, str]]:
    """Waits that this very unit has opened and that no message of it has reached yet."""
    reached = {(one.instance, one.delivery.token, one.delivery.trigger) for one in unit.inner}
    return [one for one in _listening_here(unit, MESSAGE, name, key, is_any_key) if one not in reached]


def _listening_here(unit: Unit, kind: int, name: str, key: str | None, is_any_key: bool) -> list[tuple[int, int, str]]:
    word = "message" if kind == MESSAGE else "signal"
    return [
        (case.id, wait.token, wait.trigger)
        for case in unit.cases.values()
        if case.is_active and not case.is_suspended
        for wait in case.waits
        if isinstance(wait, OpenSubscription)
        and (wait.kind, wait.name) == (word, name)
        and (is_any_key or wait.key in (None, key))
    ]


def _is_waiting(unit: Unit, row: SubscriptionRow) -> bool:
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
