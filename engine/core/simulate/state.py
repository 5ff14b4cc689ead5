"""The state of one run in memory: its snapshot, its history and its open waits, kept up with each delta."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.core.machine.hooks import ProcessMachine
from engine.core.model.effects import OpenIncident, OpenItem, OpenJob, OpenSubscription, OpenTimer, StartInstance
from engine.core.model.graph import PROCESS
from engine.core.model.runtime import ROOT, Delta, Instance, Living, Snapshot, Token
from engine.core.run.log import unfold
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

    @property
    def instance(self) -> Instance:
        return self.snapshot.instance

    @property
    def living(self) -> Living:
        """The tokens, kept up with each advance."""
        tokens = self.snapshot.tokens
        if not isinstance(tokens, Living):
            tokens = self.snapshot.tokens = Living(tokens)
        return tokens

    @property
    def machine(self) -> ProcessMachine:
        return self.deployed.machine

    @property
    def rows(self) -> list[Row]:
        """All of them, the oldest first."""
        return sorted((row for own in self._rows.values() for row in own.values()), key=lambda row: row.number)

    def take(self, delta: Delta, next_number: Callable[[], int]) -> list[Row]:
        """Take a delta over; the rows that it opened."""
        for token in delta.born:
            token.is_new = False
        self.snapshot = Snapshot(delta.instance, self.living)
        self.log += unfold(delta.log)
        closed, dropped = set(delta.closed), set(delta.dropped)
        for number in closed:
            for row in self.rows_of(number):
                self.end_row(row)
        for number, trigger in dropped:
            for row in self.rows_of(number):
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
        root = self._root()
        if root is not None:
            yield root
        yield from self.living

    def find_token(self, number: int) -> Token | None:
        """None for one that is gone."""
        return self._root() if number == ROOT else self.living.by_id.get(number)

    def _root(self) -> Token | None:
        """The process itself, where it waits for something."""
        waits = any(isinstance(row.effect, OpenIncident | OpenJob) for row in self.rows_of(ROOT))
        return Token(ROOT, PROCESS, scope=-1) if waits else None

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
        by_id = self.living.by_id
        chain: list[Mapping[str, Any]] = []
        walker: Token | None = token
        while walker is not None and walker.id != ROOT:
            chain.append(walker.variables or {})
            walker = by_id.get(walker.scope)
        visible = dict(self.instance.variables)
        for variables in reversed(chain):
            visible.update(variables)
        return visible
