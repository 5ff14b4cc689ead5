"""Events from outside: what one does, and that it came, in one transaction; what it means is said elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from engine.core.model.problems import CorrelationError, ProcessError
from engine.core.model.words import say
from engine.service import correlation
from engine.service.advance import in_unit
from engine.service.errors import ServiceError
from engine.service.instances import check_variables, find_startable
from engine.service.once import name_source
from engine.service.receivers import Message
from engine.service.rights import Actor, name_of, require_any
from engine.service.unit import Unit
from engine.store.contract import Store
from engine.store.rows import EventRow


class StartBy(NamedTuple):
    process: str
    variables: dict[str, Any]
    business_key: str = ""


class MessageBy(NamedTuple):
    name: str
    key: str | None
    variables: dict[str, Any]
    seconds: float = 0.0  # how long it is kept where nothing waits yet


class SignalBy(NamedTuple):
    name: str
    variables: dict[str, Any]


Effect = StartBy | MessageBy | SignalBy


class NothingWaits(CorrelationError):
    """Nobody takes the message of an event so far; too many who could is another matter."""


class Kept(NamedTuple):
    """The message that waits for its receiver in the event's stead, and until when."""

    message_id: str
    until: datetime


class Received(NamedTuple):
    """`is_known`: it came before, and did nothing now. `refusals` say why an effect did not come about."""

    is_known: bool
    is_matched: bool
    instances: list[int]
    refusals: list[str]
    is_kept: bool = False  # all that it did is a message that waits for its receiver


def receive(
    actor: Actor, source: str, event: str, effects: Sequence[Effect], keep: Callable[[list[str], Kept | None], None]
) -> Received:
    """Do what the event means, once for its source and id. One that does nothing, or nothing yet, is handed to `keep`,
    within the same transaction."""
    require_any(actor, "work")
    name = name_source("event", source)

    def act(store: Store, unit: Unit) -> Received:
        known = store.knows_event(name, event)
        if known is not None:
            return Received(True, True, [known] if known else [], [])
        did = _do_all(unit, actor, effects, name_source(name, event))
        unit.batch.events.append(EventRow(unit.now, name, event, did.instances[0] if did.instances else 0))
        if did.kept is not None or not did.is_done:
            keep(did.refusals, did.kept)
        is_kept = did.kept is not None and not did.is_done
        return Received(False, did.is_done or is_kept, did.instances, did.refusals, is_kept)

    return in_unit(act, has_claims=True)


def repeat(actor: Actor, effects: Sequence[Effect], done: Callable[[], None]) -> Received:
    """An event that did nothing when it came is tried again; `done` is called within the transaction where it did."""
    require_any(actor, "operate")

    def act(store: Store, unit: Unit) -> Received:
        again = _do_all(unit, actor, effects, None)
        if again.is_done:
            done()
        return Received(False, again.is_done, again.instances, again.refusals)

    return in_unit(act, has_claims=True)


class _Done(NamedTuple):
    instances: list[int]
    refusals: list[str]
    is_done: bool
    kept: Kept | None  # the one that is kept longest


def _do_all(unit: Unit, actor: Actor, effects: Sequence[Effect], message_id: str | None) -> _Done:
    """Messages without a receiver are kept under the id, or refused where there is none."""
    instances: list[int] = []
    refusals: list[str] = []
    kept: list[Kept] = []
    is_done = False
    for effect in effects:
        try:
            instances += _do(unit, actor, effect)
            is_done = True
        except (ProcessError, CorrelationError, ServiceError) as error:
            if message_id and isinstance(error, NothingWaits) and isinstance(effect, MessageBy) and effect.seconds > 0:
                kept.append(_keep(unit, effect, message_id))
            else:
                refusals.append(str(getattr(error, "message", error)))
    return _Done(instances, refusals, is_done, max(kept, key=lambda one: one.until, default=None))


def _keep(unit: Unit, effect: MessageBy, message_id: str) -> Kept:
    message = Message(effect.name, effect.key, is_open=effect.key is None)
    correlation.keep(unit, message, check_variables(effect.variables), effect.seconds, message_id)
    return Kept(message_id, unit.now + timedelta(seconds=effect.seconds))


def _do(unit: Unit, actor: Actor, effect: Effect) -> list[int]:
    given = check_variables(effect.variables)
    if isinstance(effect, StartBy):
        version, initiator = find_startable(effect.process, actor, None)
        extra = {initiator: name_of(actor)} if initiator else {}
        return [
            unit.begin(version, "start", given | extra, business_key=effect.business_key, actor=name_of(actor))
        ]  # fmt: skip
    if isinstance(effect, SignalBy):
        reached = correlation.broadcast(unit, effect.name, given, actor=name_of(actor))
        if not reached:
            raise CorrelationError(say("Nobody waits for the signal “%(name)s”.", name=effect.name))
        return []
    message = Message(effect.name, effect.key, is_open=effect.key is None)
    reached_instances = correlation.correlate(unit, message, given, actor=name_of(actor))
    if not reached_instances:
        raise NothingWaits(say("Nothing waits for “%(name)s”, and no process starts with it.", name=effect.name))
    return reached_instances
