"""The events that an instance takes now, by name, and sending it one: what a program does with a state machine."""

from __future__ import annotations

from typing import Any, NamedTuple

from engine.core.machine.possible import possible_events
from engine.core.model.graph import PROCESS
from engine.core.model.runtime import Delivery
from engine.core.model.words import say
from engine.models import Instance, Subscription
from engine.models.keys import number_of, span
from engine.service.advance import in_unit
from engine.service.errors import Conflict
from engine.service.instances import check_variables, move
from engine.service.reading import get_instance, list_tokens
from engine.service.rights import Actor, may, name_of, require
from engine.service.translate import ACTIVE
from engine.service.unit import Unit
from engine.service.versions import Version, get_version
from engine.store.contract import Store


class OpenEvent(NamedTuple):
    """A message that a token of the instance waits for. `place` is the name of the state that it rests in."""

    name: str
    node: str
    place: str
    target: str
    token: int
    trigger: str
    key: str | None


def list_events(actor: Actor, instance: int) -> list[OpenEvent]:
    """What may be sent now, in the order in which the states began to wait."""
    return _open_events(get_instance(actor, instance))


def send_event(actor: Actor, instance: int, name: str, variables: dict[str, Any] | None = None) -> None:
    """Give the event to the token that waits for it; Conflict with the names of those allowed where none does."""
    row = get_instance(actor, instance)
    if not may(actor, "operate", row.version.process):
        require(actor, "work", row.version.process)
    given = check_variables(variables or {})

    def act(store: Store, unit: Unit) -> None:
        loaded = store.load([instance]).get(instance)
        if loaded is None or loaded.row.status != ACTIVE:
            raise Conflict(
                "event-not-allowed", say("The instance is not running, so it takes no “%(name)s”.", name=name)
            )
        found = next((event for event in _open_events(row) if event.name == name), None)
        if found is None:
            raise Conflict("event-not-allowed", _refusal(row, name))
        delivery = Delivery(found.token, found.trigger, {"variables": given}, name_of(actor))
        move(unit, unit.open(loaded), delivery)

    in_unit(act)


def _refusal(row: Instance, name: str) -> str:
    places = sorted({token.state.name or token.state.node for token in list_tokens(row.pk)})
    allowed = sorted({event.name for event in _open_events(row)})
    follows = say("Possible now: %(names)s.", names=", ".join(allowed)) if allowed else say("It takes no event now.")
    if not places:
        return say("“%(name)s” is not possible. %(follows)s", name=name, follows=follows)
    where = ", ".join(f"“{place}”" for place in places)
    return say("“%(name)s” is not possible in %(places)s. %(follows)s", name=name, places=where, follows=follows)


def _open_events(row: Instance) -> list[OpenEvent]:
    version = get_version(row.version_id)
    places = {number_of(token.pk): version.state_keys[token.state_id] for token in list_tokens(row.pk)}
    waits = Subscription.objects.filter(id__range=span(row.pk), kind=Subscription.Kind.MESSAGE).order_by("id")
    return [_describe(version, wait, places.get(wait.token, PROCESS)) for wait in waits]


def _describe(version: Version, wait: Subscription, place: str) -> OpenEvent:
    """`place` is the state that the token rests in; the root token, which is no row, rests in the process itself."""
    known = {event.trigger: event for event in possible_events(version.machine, place)}
    event = known.get(wait.trigger)
    state = version.machine.states[place]
    return OpenEvent(
        wait.name,
        event.node if event is not None else state.node,
        state.row.name or state.node,
        event.target if event is not None else "",
        wait.token,
        wait.trigger,
        wait.key,
    )
