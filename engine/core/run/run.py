"""The tokens of one instance while it advances: births, ends, scopes, variables, waits; routing is the machine's."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from engine.core.machine.hooks import Edge, ProcessMachine
from engine.core.machine.phases import pass_straight
from engine.core.model.behaviour import Fault
from engine.core.model.effects import (
    BroadcastSignal,
    Effect,
    OpenIncident,
    OpenItem,
    OpenJob,
    OpenSubscription,
    OpenTimer,
)
from engine.core.model.graph import PROCESS
from engine.core.model.limits import DEFAULT_LIMITS
from engine.core.model.runtime import ROOT, Living, Snapshot, Token
from engine.core.run import catching, crowding, joining, lingering
from engine.core.run.variables import Scoped

WAITS = frozenset({OpenItem, OpenTimer, OpenSubscription, OpenJob, OpenIncident})


class InstanceRun(Scoped):
    """Implements model.behaviour.Run for one snapshot. The snapshot's objects are changed in place."""

    def __init__(
        self, machine: ProcessMachine, snapshot: Snapshot, now: datetime, most_tokens: int = DEFAULT_LIMITS.tokens
    ) -> None:
        self.machine = machine
        self.states = machine.states
        self.now = now
        self.most_tokens = most_tokens
        instance = self.instance = snapshot.instance
        self.root = Token(ROOT, PROCESS, scope=-1, variables=instance.variables, data=instance.data)
        tokens = snapshot.tokens
        living = self.living = tokens if tokens.__class__ is Living else Living(tokens)
        self.tokens: dict[int, Token] = living.by_id
        self.tokens[ROOT] = self.root
        self.population = living.population
        self.made_before = instance.tokens_made
        self.changed: dict[int, Token] = {}  # of those that were there before
        self.agenda: deque[Any] = deque()
        self.walked = 0  # nodes passed since somebody has counted them
        self.log: list[Any] = []
        self.effects: list[Effect] = []
        self.waits: dict[int, list[Effect]] = {}
        self.closed: set[int] = set()
        self.dropped: set[tuple[int, str]] = set()
        self.is_new = snapshot.is_new
        self.arriving = ROOT  # whose arrival is the last thing that a step of the agenda does
        self.instances_begun = 0  # of multi-instance activities
        self.gone: list[Token] = []
        self.draining: set[int] = set()  # owners whose empty scope is already on the agenda
        self.changed_names: dict[str, tuple[int, str]] = {}  # name → where in the log it changed, and how
        self.watched_from: dict[tuple[int, str], int] = {}  # token and trigger → where in the log the wait began
        self.signals: list[tuple[Token, str, Mapping[str, Any]]] = []
        self.left_behind: list[tuple[str, dict[str, Any]]] = []  # states, and what the tokens to come there know

    # what elements ask for: moving on

    def complete(self, token: Token) -> None:
        self.agenda.append(token)

    def finish(self, token: Token, variables: Mapping[str, Any] | None = None) -> None:
        finish = self.states[token.state].finish
        if finish is not None:
            finish(self, token, variables)
        else:
            if variables:
                self.merge(token, variables)
            self.agenda.append(token)

    def trigger(self, token: Token, name: str, data: Mapping[str, Any] | None = None, *, is_next: bool = False) -> None:
        put = self.agenda.appendleft if is_next else self.agenda.append
        put((token, name, data, token.state))

    def broadcast(self, token: Token, name: str, variables: Mapping[str, Any]) -> None:
        self.effects.append(BroadcastSignal(token.id, self.states[token.state].node, name, dict(variables)))
        self.signals.append((token, name, variables))

    # waits

    def open(self, effect: Effect) -> None:
        if effect.__class__ in WAITS:
            self.waits.setdefault(effect.token, []).append(effect)
        else:
            self.effects.append(effect)

    def close(self, token: Token) -> None:
        number = token.id
        self.waits.pop(number, None)
        if not (token.is_new if number != ROOT else self.is_new):
            self.closed.add(number)

    def drop(self, token: Token, triggers: Collection[str]) -> None:
        waits = self.waits.get(token.id)
        if waits:
            self.waits[token.id] = [wait for wait in waits if cast(Any, wait).trigger not in triggers]
        if not self._is_fresh(token):
            self.dropped.update((token.id, trigger) for trigger in triggers)

    def _is_fresh(self, token: Token) -> bool:
        return self.is_new if token.id == ROOT else token.is_new

    def park(self, token: Token, trigger: str, fault: Fault, data: Mapping[str, Any] | None = None) -> None:
        """The token cannot go on: an incident whose retry delivers the trigger again."""
        self.touch(token)
        self.log.append(("incident", token.id, fault.code, fault.message))
        node = self.states[token.state].node or self.states[self.tokens[token.scope].state].node
        self.open(OpenIncident(token.id, trigger, node, fault.code, fault.message, dict(data) if data else None))

    def note_guard(self, token: Token, edge: int, message: str) -> None:
        self.log.append(("guard", token.id, edge, message))

    # tokens

    def bear(
        self,
        state: str,
        scope: int,
        *,
        flow: str | None = None,
        index: int | None = None,
        variables: dict[str, Any] | None = None,
        data: dict[str, Any] | None = None,
    ) -> Token:
        if len(self.tokens) >= self.most_tokens:
            self._refuse_more(1)
        token = self._make(state, scope, flow, index, variables, data)
        if index is not None:
            self.instances_begun += 1
        log = self.log
        log.append(("born", token.id, state, scope))
        if variables:
            log.append(("set", token.id, variables))
            token.is_told = True
        try:
            self.states[state].arrive(self, token)
        except Fault as fault:
            self.park_at_arrival(token, fault)
        return token

    def bear_all(self, state: str, scope: int, given: Sequence[dict[str, Any]]) -> bool:
        if self.states[state].arrive is not pass_straight or len(self.tokens) + len(given) > self.most_tokens:
            return False
        instance, log, tokens, agenda = self.instance, self.log, self.tokens, self.agenda
        number = instance.tokens_made
        for index, variables in enumerate(given):
            number += 1
            token = tokens[number] = Token(number, state, scope, None, index, variables, None, True)
            token.is_told = True
            log.append(("born", number, state, scope))
            log.append(("set", number, variables))
            agenda.append(token)
        instance.tokens_made = number
        self.instances_begun += len(given)
        self.population[scope] = self.population.get(scope, 0) + len(given)
        return True

    def pass_all(self, state: str, owner: Token, count: int, given: dict[str, list[Any]], words: Sequence[str]) -> bool:
        return crowding.pass_all(self, state, owner, count, given, words)

    def arrive(self, token: Token) -> None:
        """Enter the token's state; what cannot be done there parks it."""
        try:
            self.states[token.state].arrive(self, token)
        except Fault as fault:
            self.park_at_arrival(token, fault)

    def park_at_arrival(self, token: Token, fault: Fault) -> None:
        self.close(token)
        if self.states[token.state].behaviour.is_join:
            self.unrest(token)  # nobody asks for it until it is tried again
        self.park(token, "enter", fault)

    def fork(self, token: Token, edges: list[Edge]) -> None:
        """One fresh token for each edge, then the old one is gone."""
        self._refuse_more(len(edges))
        leave = edges[0].source_state.leave
        if leave is not None:
            leave(self, token)
        log, scope = self.log, token.scope
        log.append(("gone", token.id, token.state))
        born = []
        for edge in edges:
            target: Any = edge.target_state
            fresh = self._make(target.key, scope, edge.flow, None, None, None)
            log.append(("fork", fresh.id, edge.number, token.id))
            born.append((fresh, target.arrive))
        self._remove(token)
        for fresh, arrive in born:
            if fresh.is_gone:
                continue
            try:
                arrive(self, fresh)
            except Fault as fault:
                self.park_at_arrival(fresh, fault)

    def branch(self, token: Token, edge: Edge) -> None:
        """An internal transition: the token stays; a fresh one may be born beside it or inside its scope."""
        self.log.append(("fired", token.id, edge.number))
        if edge.clears:
            self.interrupt(token)
        if edge.born is not None:
            scope = token.id if edge.is_inside else token.scope
            self.bear(edge.born, scope, data=dict(edge.data) if edge.data else None)

    def interrupt(self, owner: Token) -> None:
        """An interrupting event sub-process begins: from here on none of the scope's others may (13.5.4)."""
        self.clear(owner)
        self.drop(owner, self.states[owner.state].inside)
        self.remember(owner)["is_interrupted"] = True

    def consume(self, token: Token) -> None:
        states = self.states
        leave = states[token.state].leave
        if leave is not None:
            leave(self, token)
        self.log.append(("gone", token.id, token.state))
        owner = self.tokens.get(token.scope)
        if owner is not None:
            child_gone = states[owner.state].child_gone
            if child_gone is not None:
                child_gone(self, owner, token)
        if not token.is_gone:
            self._remove(token)

    def cancel(self, token: Token) -> None:
        if token.is_gone:
            return
        self.clear(token)
        state = self.states[token.state]
        own = state.behaviour.leave
        if own is not None:
            own(self, token)
        self.close(token)
        self.log.append(("cancelled", token.id, token.state))
        self._remove(token)

    def report(self, token: Token) -> bool:
        owner = self.tokens[token.scope]
        child_done = self.states[owner.state].behaviour.child_done
        return child_done is None or child_done(self, owner, token)

    def clear(self, owner: Token, spare: Token | None = None) -> None:
        if not self.population.get(owner.id):
            return
        lingers = self.machine.lingers
        for child in self.children(owner):
            if child is not spare and child.state not in lingers:
                self.cancel(child)

    def children(self, owner: Token) -> list[Token]:
        if not self.population.get(owner.id):
            return []
        scope = owner.id
        return [token for token in self.tokens.values() if token.scope == scope]

    def together(self, token: Token) -> list[Token]:
        return list(joining.resting(self).get((token.state, token.scope), ()))

    def rest(self, token: Token) -> Sequence[Token]:
        return joining.rest(self, token)

    def unrest(self, token: Token) -> None:
        joining.unrest(self, token)

    def leave_behind(self, token: Token, state: str) -> None:
        lingering.leave_behind(self, token, state)

    def inside(self, key: str, token: Token) -> Token | None:
        walker = token
        while walker.id != ROOT:
            walker = self.tokens[walker.scope]
            if walker.state == key:
                return walker
        return None

    def watch(self, token: Token, trigger: str) -> None:
        self.watched_from[token.id, trigger] = len(self.log)

    def remember(self, token: Token) -> dict[str, Any]:
        if not token.is_new:
            self.changed[token.id] = token
        if token.data is None:
            token.data = {}
        return token.data

    def end(self, status: str, error: str | None = None) -> None:
        lingering.end(self, status, error)

    # errors and escalations

    def throw_error(self, token: Token, code: str, message: str, variables: Mapping[str, Any]) -> None:
        if not catching.throw(self, token, "error", code, message, variables):
            catching.pass_end(self, token)
            self.end("failed", code)

    def fail(self, token: Token, code: str, message: str, variables: Mapping[str, Any]) -> None:
        if not catching.throw(self, token, "error", code, message, variables):
            raise Fault("error-uncaught", f"Nobody catches the error “{code}”. {message}".strip())

    def throw_escalation(self, token: Token, code: str, variables: Mapping[str, Any]) -> None:
        catching.throw_escalation(self, token, code, variables)

    # within the room

    def touch(self, token: Token) -> None:
        if not token.is_new:
            self.changed[token.id] = token

    def _refuse_more(self, births: int) -> None:
        if len(self.tokens) + births > self.most_tokens:
            raise Fault("token-limit", f"More than {self.most_tokens} tokens at once: a loop bears them without end.")

    def _make(
        self,
        state: str,
        scope: int,
        flow: str | None,
        index: int | None,
        variables: dict[str, Any] | None,
        data: dict[str, Any] | None,
    ) -> Token:
        instance = self.instance
        instance.tokens_made = number = instance.tokens_made + 1
        token = self.tokens[number] = Token(number, state, scope, flow, index, variables, data, True)
        population = self.population
        population[scope] = population.get(scope, 0) + 1
        return token

    def _remove(self, token: Token) -> None:
        token.is_gone = True
        scope = token.scope
        del self.tokens[token.id]
        if not token.is_new:
            self.gone.append(token)
        resting = self.living.resting
        if resting and (token.state, scope) in resting:
            joining.forget(self, token)
        left = self.population[scope] = self.population[scope] - 1
        if not left:
            owner = self.tokens.get(scope)
            if owner is not None and owner.id not in self.draining:
                self.draining.add(owner.id)
                self.agenda.append((owner, "#drained", None, owner.state))
