"""An instance as it was: its tokens and variables after any entry of its history; only the history is read.

What tokens wait for follows from where they stand and from the incidents that are open on them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from engine.core.machine.hooks import ProcessMachine
from engine.core.model.runtime import ROOT

SEEN_AS = {"throw": "scope"}  # a thrower that waits for what it threw


class PastToken(NamedTuple):
    """`scope` is the number of the token that owns the scope in which it stood."""

    id: int
    state: str
    node: str
    scope: int


class PastWait(NamedTuple):
    """What a token waited for: kinds as a simulation names them. `message` says why it failed, if it has."""

    token: int
    node: str
    kind: str
    message: str = ""


class Replay:
    """Takes the history entry by entry, in order; at any moment it is the instance of that moment."""

    def __init__(self, machine: ProcessMachine) -> None:
        self.machine = machine
        self.sequence = 0
        self.status = "active"
        self.error: str | None = None
        self.tokens: dict[int, PastToken] = {}
        self.variables: dict[int, dict[str, Any]] = {ROOT: {}}
        self.scopes: dict[int, int] = {}
        self.incidents: dict[int, str] = {}
        self.last_gone: tuple[PastToken, dict[str, Any] | None] | None = None

    def take(self, entries: Iterable[Any], until: int | None = None) -> bool:
        """False when an entry is later than the sequence number; it is not taken then."""
        for entry in entries:
            if until is not None and self.sequence >= until:
                return False
            self.sequence += 1
            self._take(entry)
        return True

    @property
    def waits(self) -> list[PastWait]:
        found = []
        for token in self.tokens.values():
            state = self.machine.states[token.state]
            kind = SEEN_AS.get(state.wait, state.wait)
            if token.id in self.incidents:
                found.append(PastWait(token.id, token.node, "incident", self.incidents[token.id]))
            elif kind:
                found.append(PastWait(token.id, token.node, kind))
        if ROOT in self.incidents and self.status == "active":
            found.append(PastWait(ROOT, "", "incident", self.incidents[ROOT]))
        return found

    def visible(self, token: int) -> dict[str, Any]:
        """What the token saw."""
        chain = [token]
        while chain[-1] != ROOT:
            chain.append(self.scopes.get(chain[-1], ROOT))
        seen: dict[str, Any] = {}
        for owner in reversed(chain):
            seen.update(self.variables.get(owner, {}))
        return seen

    def _take(self, entry: Any) -> None:
        head = entry[0]
        if not isinstance(head, str):
            self._move(head, self.machine.edges[entry[1]])
        elif head == "born":
            self._place(entry[1], entry[2], entry[3])
        elif head == "fork":
            target = self.machine.edges[entry[2]].target_state
            assert target is not None
            self._place(entry[1], target.key, self.scopes.get(entry[3], ROOT))
        elif head in ("gone", "cancelled"):
            self._remove(entry[1])
        elif head == "set":
            self.variables.setdefault(entry[1], {}).update(entry[2])
        elif head == "ended":
            self.status, self.error = entry[1], entry[2]
            self.incidents.clear()
        elif head == "incident":
            self._fail(entry[1], entry[3])
        elif head in ("delivery", "retried"):
            self.incidents.pop(entry[1], None)

    def _move(self, token: int, edge: Any) -> None:
        if edge.target_state is None:
            return
        self.incidents.pop(token, None)
        if token == ROOT:
            return
        if not edge.target_state.is_hidden:  # an instance keeps its variables until its body has taken its result
            self.variables.pop(token, None)
        self._place(token, edge.target_state.key, self.scopes.get(token, ROOT))

    def _place(self, token: int, state: str, scope: int) -> None:
        self.scopes[token] = scope
        self.tokens[token] = PastToken(token, state, self.machine.states[state].node, scope)

    def _remove(self, token: int) -> None:
        gone, variables = self.tokens.pop(token, None), self.variables.pop(token, None)
        self.last_gone = None if gone is None else (gone, variables)
        self.incidents.pop(token, None)

    def _fail(self, token: int, message: str) -> None:
        """A token that was about to be gone stays when its owner could not take what it brought."""
        if token not in self.tokens and self.last_gone is not None and self.last_gone[0].id == token:
            self.tokens[token], variables = self.last_gone
            if variables is not None:
                self.variables[token] = variables
        self.incidents[token] = message
