"""The state of one run in memory: its snapshot, its history and its open waits, kept up with each delta."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.core.machine.hooks import ProcessMachine
from engine.core.model.effects import OpenIncident, OpenItem, OpenJob, OpenSubscription, OpenTimer, StartInstance
from engine.core.model.graph import PROCESS
from engine.core.model.runtime import ROOT, Delta, Instance, Snapshot, Token
from engine.core.simulate.deployment import Deployed
from engine.core.simulate.retries import first_retries
from engine.core.simulate.waits import Row

STORED = (OpenItem, OpenTimer, OpenSubscription, OpenJob, OpenIncident, StartInstance)
_SEEN_AS = {"throw": "scope"}  # a thrower that waits for what it threw


@dataclass(slots=True, eq=False)
class RunState:
    """`depth` counts the calls above it."""

    deployed: Deployed
    snapshot: Snapshot
    depth: int = 0
    log: list[Any] = field(default_factory=list)
    _rows: dict[int, dict[int, Row]] = field(default_factory=dict)  # token → number → row
    _seen: Snapshot | None = None  # whose tokens are by their ids here
    _by_id: dict[int, Token] = field(default_factory=dict)

    @property
    def instance(self) -> Instance:
        return self.snapshot.instance

    @property
    def machine(self) -> ProcessMachine:
        return self.deployed.machine

    @property
    def rows(self) -> list[Row]:
        """All of them, the oldest first."""
        return sorted((row for own in self._rows.values() for row in own.values()), key=lambda row: row.number)

    def take(self, delta: Delta, next_number: Callable[[], int]) -> list[Row]:
        """Take a delta over; the rows that it opened."""
        gone = set(delta.gone)
        tokens = [token for token in self.snapshot.tokens if token.id not in gone] + delta.born
        for each in tokens:
            each.is_new = each.is_changed = False
        self.snapshot = Snapshot(delta.instance, tokens)
        self.log += delta.log
        closed, dropped = set(delta.closed), set(delta.dropped)
        for token in closed:
            for row in self.rows_of(token):
                self.end_row(row)
        for token, trigger in dropped:
            for row in self.rows_of(token):
                if row.trigger == trigger:
                    self.end_row(row)
        return [self.open_row(effect, next_number()) for effect in delta.effects if isinstance(effect, STORED)]

    def open_row(self, effect: Any, number: int) -> Row:
        row = Row(number, effect.token, getattr(effect, "trigger", "complete"), effect)
        if isinstance(effect, OpenTimer):
            row.due = effect.due
        elif isinstance(effect, OpenJob):
            row.retries = first_retries(effect)
        self._rows.setdefault(row.token, {})[number] = row
        return row

    def end_row(self, row: Row) -> None:
        row.is_over = True
        own = self._rows[row.token]
        del own[row.number]
        if not own:
            del self._rows[row.token]

    def rows_of(self, token: int) -> list[Row]:
        return list(self._rows.get(token, {}).values())

    def all_tokens(self) -> Iterator[Token]:
        if any(isinstance(row.effect, OpenIncident | OpenJob) for row in self.rows_of(ROOT)):
            yield Token(ROOT, PROCESS, scope=-1)
        yield from self.snapshot.tokens

    def kind_of(self, token: Token) -> str:
        """The kind of wait; empty for a token that only passes."""
        if self.instance.status != "active":
            return ""
        row = self.main_row(token)
        if row is not None and isinstance(row.effect, OpenIncident):
            return "incident"
        if row is not None and isinstance(row.effect, OpenJob):
            return "async" if row.effect.kind == "async" else "job"
        wait = self.machine.states[token.state].wait
        return _SEEN_AS.get(wait, wait)

    def main_row(self, token: Token) -> Row | None:
        """The row of what the token's own node waits for; events attached to it do not count."""
        rows = self.rows_of(token.id)
        for kind in (OpenItem, OpenJob, StartInstance, OpenIncident):
            for row in rows:
                if isinstance(row.effect, kind):
                    return row
        node = self.machine.states[token.state].node
        return next((row for row in rows if row.effect.node == node), None)

    def view(self, token: Token) -> dict[str, Any]:
        """All variables visible at the token."""
        if self._seen is not self.snapshot:
            self._seen, self._by_id = self.snapshot, {own.id: own for own in self.snapshot.tokens}
        by_id = self._by_id
        chain: list[Mapping[str, Any]] = []
        walker: Token | None = token
        while walker is not None and walker.id != ROOT:
            chain.append(walker.variables or {})
            walker = by_id.get(walker.scope)
        visible = dict(self.instance.variables)
        for variables in reversed(chain):
            visible.update(variables)
        return visible
