"""Events from outside: what one does, and that it came, in one transaction; what it means is said elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from engine.core.model.problems import CorrelationError, ProcessError
from engine.core.model.words import say
from engine.service import correlation
from engine.service.advance import in_unit
from engine.service.errors import ServiceError
from engine.service.instances import check_variables, find_startable, name_source
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


class Received(NamedTuple):
    """`is_known`: it came before, and did nothing now. `refusals` say why an effect did not come about."""

    is_known: bool
    is_matched: bool
    instances: list[int]
    refusals: list[str]


def receive(
    actor: Actor, source: str, event: str, effects: Sequence[Effect], keep: Callable[[list[str]], None]
) -> Received:
    """Do what the event means, once for its source and id. One that does nothing is handed to `keep`, within the
    same transaction."""
    require_any(actor, "work")
    name = name_source("event", source)

    def act(store: Store, unit: Unit) -> Received:
        known = store.knows_event(name, event)
        if known is not None:
            return Received(True, True, [known] if known else [], [])
        instances, refusals, done = _do_all(unit, actor, effects)
        unit.batch.events.append(EventRow(unit.now, name, event, instances[0] if instances else 0))
        if not done:
            keep(refusals)
        return Received(False, done, instances, refusals)

    return in_unit(act, has_claims=True)


def repeat(actor: Actor, effects: Sequence[Effect], done: Callable[[], None]) -> Received:
    """An event that did nothing when it came is tried again; `done` is called within the transaction where it did."""
    require_any(actor, "operate")

    def act(store: Store, unit: Unit) -> Received:
        instances, refusals, is_done = _do_all(unit, actor, effects)
        if is_done:
            done()
        return Received(False, is_done, instances, refusals)

    return in_unit(act, has_claims=True)


def _do_all(unit: Unit, actor: Actor, effects: Sequence[Effect]) -> tuple[list[int], list[str], bool]:
    instances: list[int] = []
    refusals: list[str] = []
    is_done = False
    for effect in effects:
        try:
            instances += _do(unit, actor, effect)
            is_done = True
        except (ProcessError, CorrelationError, ServiceError) as error:
            refusals.append(str(getattr(error, "message", error)))
    return instances, refusals, is_done


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
        if effect.seconds <= 0:
            raise CorrelationError(
                say("Nothing waits for “%(name)s”, and no process starts with it.", name=effect.name)
            )
        correlation.keep(unit, message, given, effect.seconds)
    return reached_instances
