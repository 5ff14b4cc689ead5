"""One instance driven through `advance` by hand, with the waits that a store would keep."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from engine.core.compile.build import compile_diagram
from engine.core.machine import build_machine
from engine.core.machine.hooks import ProcessMachine
from engine.core.model.effects import Effect, OpenIncident, OpenItem, OpenJob, OpenSubscription, OpenTimer
from engine.core.model.runtime import ROOT, Delivery, Delta, Failure, Instance, Snapshot, Token
from engine.core.parse import read_diagram
from engine.core.run import advance
from engine.core.run.log import read_trace, unfold

NOW = datetime(2026, 1, 1, tzinfo=UTC)
Stored = OpenItem | OpenTimer | OpenSubscription | OpenJob | OpenIncident


def drive(text: str, hooks: Any = "lean") -> Driver:
    """The first process of the text."""
    graph = compile_diagram(read_diagram(text))[0]
    return Driver(build_machine(graph.states.values(), graph.transitions, hooks=hooks), graph.process)


class Driver:
    def __init__(
        self, machine: ProcessMachine, process: str, is_restored: bool = False, is_called: bool = False
    ) -> None:
        self.machine = machine
        self.instance = Instance("1", process, "1", parent=("1", 1) if is_called else None)
        self.tokens: dict[int, Token] = {}
        self.waits: list[Stored] = []
        self.log: list[Any] = []
        self.effects: list[Effect] = []
        self.is_restored = is_restored

    def start(self, variables: dict[str, Any]) -> None:
        self.deliver([Delivery(ROOT, "start", {"variables": variables})], is_new=True)

    def deliver(self, deliveries: Iterable[Delivery], is_new: bool = False) -> Delta:
        snapshot = Snapshot(self.instance, list(self.tokens.values()), is_new)
        if self.is_restored:
            snapshot = restore(snapshot)
        result = advance(self.machine, snapshot, list(deliveries), NOW)
        assert not isinstance(result, Failure), f"{result.code}: {result.message}"
        self.instance = result.instance
        tokens = {token.id: token for token in snapshot.tokens} | {token.id: token for token in result.born}
        self.tokens = {number: token for number, token in tokens.items() if number not in result.gone}
        for token in self.tokens.values():
            token.is_new = False
        closed, dropped = set(result.closed), set(result.dropped)
        self.waits = [
            wait for wait in self.waits if wait.token not in closed and (wait.token, wait.trigger) not in dropped
        ]
        for effect in result.effects:
            if isinstance(effect, Stored):
                self.waits.append(effect)
            else:
                self.effects.append(effect)
        self.log += unfold(result.log)
        return result

    def visible(self, token: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        walker = self.tokens.get(token)
        while walker is not None:
            found = {**(walker.variables or {}), **found}
            walker = self.tokens.get(walker.scope)
        return {**self.instance.variables, **found}

    def take(self, wait: Stored) -> None:
        """A stored wait that has come back is no row any more."""
        self.waits.remove(wait)

    def trace(self) -> list[tuple[str, str, int, str | None]]:
        return [entry for _, entry in read_trace(self.machine, self.log)]


def restore(snapshot: Snapshot) -> Snapshot:
    """Through text and back, as a store does it."""
    fields = {name: getattr(snapshot.instance, name) for name in snapshot.instance.__slots__}
    rows = [[t.id, t.state, t.scope, t.flow, t.index, t.variables, t.data] for t in snapshot.tokens]
    fields, rows = json.loads(json.dumps([fields, rows]))
    fields["parent"] = tuple(fields["parent"]) if fields["parent"] else None
    return Snapshot(Instance(**fields), [Token(*row) for row in sorted(rows)], snapshot.is_new)


def replay(machine: ProcessMachine, log: Iterable[Any]) -> tuple[dict[int, str], dict[str, Any]]:
    """Token → state, and the variables of the process, as the history alone tells them."""
    places: dict[int, str] = {}
    variables: dict[str, Any] = {}
    for entry in log:
        head = entry[0]
        if not isinstance(head, str):
            assert places[head] == machine.edges[entry[1]].source, f"token {head} was not where it left"
            places[head] = machine.edges[entry[1]].dest
        elif head == "born":
            assert entry[1] not in places, f"token {entry[1]} was born twice"
            places[entry[1]] = entry[2]
        elif head == "fork":
            places[entry[1]] = machine.edges[entry[2]].dest
        elif head in ("gone", "cancelled"):
            assert places.pop(entry[1]) == entry[2], f"token {entry[1]} was elsewhere"
        elif head == "set" and entry[1] == ROOT:
            variables |= entry[2]
    return places, variables
