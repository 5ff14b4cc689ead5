"""Messages to whom they belong, signals to everybody, and what starts by either; waiting itself is the engine's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from engine.core.model.effects import OpenSubscription, PublishMessage
from engine.core.model.problems import CorrelationError, ProcessError
from engine.core.model.runtime import Delivery
from engine.core.simulate.state import RunState
from engine.core.simulate.waits import Row

if TYPE_CHECKING:
    from engine.core.simulate.world import World

DEFAULT_SECONDS = 3600.0  # how long a thrown message waits for its receiver

Start = tuple[str, Mapping[str, Any]]  # process, its entry of the starts
Target = tuple[str, str]  # process and node, the node empty where any will do


@dataclass(slots=True)
class Buffered:
    name: str
    key: str | None
    variables: dict[str, Any]
    until: datetime
    target: Target | None
    id: str | None


class Messages:
    def __init__(self, world: World) -> None:
        self.world = world
        self.buffer: list[Buffered] = []

    # from outside

    def correlate(self, name: str, key: str | None, business_key: str | None, variables: dict[str, Any]) -> None:
        """To exactly one receiver; CorrelationError where there is none, or more than one."""
        waiting = [
            (state, row)
            for state, row in self._waiting("message", name)
            if _fits(row, key, is_open=True) and business_key in (None, state.instance.business_key)
        ]
        if key is not None and len(waiting) > 1:
            waiting = [(state, row) for state, row in waiting if _key_of(row) == key] or waiting
        if len(waiting) > 1:
            raise CorrelationError(f"{len(waiting)} tokens wait for the message “{name}”: give a correlation key.")
        if waiting:
            state, row = waiting[0]
            self.world.deliver(state, Delivery(row.token, row.trigger, {"variables": variables}))
            self.world.settle()
            return
        starts = list(self._starts("message", name))
        if len(starts) > 1:
            raise CorrelationError(f"{len(starts)} start events take the message “{name}”.")
        if not starts:
            raise CorrelationError(f"Nothing waits for the message “{name}”{f' with the key “{key}”' if key else ''}.")
        self.start(starts[0], variables, business_key or "")
        self.world.settle()

    def signal(self, name: str, variables: dict[str, Any]) -> None:
        self.broadcast(name, variables, None)
        self.world.settle()

    # from runs

    def publish(self, effect: PublishMessage) -> None:
        """To one receiver: who waits first, else a start event, else whoever comes before its time is over."""
        for state, row in self._waiting("message", effect.name, effect.target):
            if _fits(row, effect.key, is_open=effect.target is not None):
                self.world.deliver(state, Delivery(row.token, row.trigger, {"variables": dict(effect.variables)}))
                return
        for start in self._starts("message", effect.name, effect.target):
            self.try_start(start, dict(effect.variables))
            return
        seconds = DEFAULT_SECONDS if effect.time_to_live is None else effect.time_to_live
        until = self.world.now + timedelta(seconds=seconds)
        self.buffer = [message for message in self.buffer if message.until > self.world.now]
        if effect.message_id is not None and self._is_buffered(effect):
            return
        self.buffer.append(
            Buffered(effect.name, effect.key, dict(effect.variables), until, effect.target, effect.message_id)
        )

    def _is_buffered(self, effect: PublishMessage) -> bool:
        """The same message again, by its own id."""
        return any(
            (message.name, message.key, message.id) == (effect.name, effect.key, effect.message_id)
            for message in self.buffer
        )

    def take_buffered(self, state: RunState, row: Row) -> None:
        """A message that came before its receiver."""
        effect = row.effect
        assert isinstance(effect, OpenSubscription)
        for message in self.buffer:
            is_meant = message.name == effect.name and _meets(message.target, state, effect.node)
            is_in_time = message.until > self.world.now
            if is_in_time and is_meant and _fits(row, message.key, is_open=message.target is not None):
                self.buffer.remove(message)
                self.world.deliver(state, Delivery(row.token, row.trigger, {"variables": message.variables}))
                return

    def broadcast(self, name: str, variables: dict[str, Any], sender: RunState | None) -> None:
        """To every token that waits in other runs (the sender's own have had it), then to start events."""
        heard: dict[str, list[Delivery]] = {}
        for state, row in self._waiting("signal", name):
            if state is not sender:
                delivery = Delivery(row.token, row.trigger, {"variables": dict(variables)})
                heard.setdefault(state.instance.id, []).append(delivery)
        starts = list(self._starts("signal", name))
        for run, deliveries in heard.items():
            self.world.deliver(self.world.states[run], *deliveries)
        for start in starts:
            self.try_start(start, dict(variables))

    def start(self, start: Start, variables: dict[str, Any], business_key: str = "", **data: Any) -> None:
        process, entry = start
        given = {"variables": variables, **data}
        self.world.begin(process, entry["trigger"], given, business_key=business_key)

    def try_start(self, start: Start, variables: dict[str, Any], business_key: str = "", **data: Any) -> None:
        """Where nobody is there to be told of a failed start, it is kept to be seen."""
        try:
            self.start(start, variables, business_key, **data)
        except ProcessError as error:
            self.world.failed_starts.append(error)

    # who waits

    def _waiting(self, kind: str, name: str, target: Target | None = None) -> Iterator[tuple[RunState, Row]]:
        found = [
            (row.number, state, row)
            for state, row in self.world.open_rows()
            if isinstance(row.effect, OpenSubscription)
            and row.effect.kind == kind
            and row.effect.name == name
            and _meets(target, state, row.effect.node)
        ]
        found.sort(key=lambda entry: entry[0])
        return ((state, row) for _, state, row in found)

    def _starts(self, kind: str, name: str, target: Target | None = None) -> Iterator[Start]:
        for process, deployed in self.world.deployed.items():
            for entry in deployed.config.get("starts", ()):
                is_meant = target is None or (target[0] == process and target[1] in ("", entry["node"]))
                if is_meant and entry["kind"] == kind and entry["name"][1] == name:
                    yield process, entry


def _key_of(row: Row) -> str | None:
    return row.effect.key if isinstance(row.effect, OpenSubscription) else None


def _fits(row: Row, key: str | None, *, is_open: bool) -> bool:
    """Equal keys; who waits without one takes any, and a message without one fits any where `is_open`."""
    own = _key_of(row)
    return own is None or own == key or (key is None and is_open)


def _meets(target: Target | None, state: RunState, node: str) -> bool:
    return target is None or (target[0] == state.instance.process and target[1] in ("", node))
