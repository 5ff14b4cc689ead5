"""The tokens of one instance while it advances: births, ends, scopes, variables, waits; routing is the machine's."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import datetime
from types import MappingProxyType
from typing import Any

from engine.core.machine.hooks import Edge, ProcessMachine
from engine.core.machine.phases import pass_straight
from engine.core.model.behaviour import Fault
from engine.core.model.effects import BroadcastSignal, OpenIncident
from engine.core.model.graph import PROCESS
from engine.core.model.limits import DEFAULT_LIMITS
from engine.core.model.runtime import ROOT, Living, Snapshot, Token
from engine.core.run import catching, crowding, joining, lingering
from engine.core.run.standing import Standing, may_come
from engine.core.run.waiting import NONE, Waiting

_NOTHING: Any = MappingProxyType({})


class InstanceRun(Waiting):
    """Implements model.behaviour.Run for one snapshot, whose objects are changed in place; in the end it is the delta.

    What few advances need is made when there is something to put into it."""

    __slots__ = (
        "agenda", "arriving", "draining", "instances_begun", "is_parked", "left_behind", "made_before", "most_tokens",
        "now", "population", "resting", "signals", "standing", "states", "walked", "watched_from",
    )  # fmt: skip

    population: dict[int, int]  # how many tokens there are in each scope
    resting: dict[tuple[str, int], list[Token]] | None  # in joins; None until somebody asks, where there may be any

    def __init__(
        self, machine: ProcessMachine, snapshot: Snapshot, now: datetime, most_tokens: int = DEFAULT_LIMITS.tokens
    ) -> None:
        plan = self.plan = machine.plan
        self.states = plan.states
        self.now = now
        self.most_tokens = most_tokens
        instance = self.instance = snapshot.instance
        self.made_before = instance.tokens_made
        is_new = self.is_new = snapshot.is_new
        root = self.root = Token(ROOT, PROCESS, -1, None, None, instance.variables, instance.data, is_new)
        tokens = snapshot.tokens
        self.standing: Standing | None = None  # None until a join asks for it
        if tokens.__class__ is Living:
            self.tokens, self.population, self.resting = tokens.by_id, tokens.population, tokens.resting
            self.standing = tokens.standing
            self.tokens[ROOT] = root
        else:
            by_id = self.tokens = {ROOT: root}
            population = self.population = {}
            for token in tokens:
                by_id[token.id] = token
                scope = token.scope
                population[scope] = population[scope] + 1 if scope in population else 1
            self.resting = None if population else {}
        self.agenda: deque[Any] = deque()
        self.arriving = ROOT  # whose arrival is the last thing that a step of the agenda does
        self.walked = 0  # nodes passed since somebody has counted them
        self.instances_begun = 0  # of multi-instance activities
        self.is_parked = False  # some token of it, at some time
        self.is_unsettled = plan.settles
        self.draining = NONE  # owners whose empty scope is already on the agenda
        self.touched = {}
        self.waits = {}
        self.watched_from: Mapping[tuple[int, str], int] = _NOTHING  # token, trigger → where in the log the wait began
        self.changed_names = _NOTHING
        self.signals: Sequence[tuple[Token, str, Mapping[str, Any]]] = ()
        self.left_behind: Sequence[tuple[str, dict[str, Any]]] = ()  # states, and what the tokens to come there know
        # what has changed
        self.log = []
        self.effects = []
        self.born = self.changed = self.refused = ()
        self.gone: Any = ()  # of those that were there before
        self.closed = self.dropped = NONE

    # what elements ask for: moving on

    def complete(self, token: Token) -> None:
        self.agenda.append(token)

    def finish(self, token: Token, variables: Mapping[str, Any] | None = None) -> None:
        self.states[token.state].finish(self, token, variables)

    def trigger(self, token: Token, name: str, data: Mapping[str, Any] | None = None, *, is_next: bool = False) -> None:
        put = self.agenda.appendleft if is_next else self.agenda.append
        put((token, name, data, token.state))

    def broadcast(self, token: Token, name: str, variables: Mapping[str, Any]) -> None:
        self.effects.append(BroadcastSignal(token.id, self.states[token.state].node, name, dict(variables)))
        self.signals = [*self.signals, (token, name, variables)]
        self.is_unsettled = True

    # incidents

    def park(self, token: Token, trigger: str, fault: Fault, data: Mapping[str, Any] | None = None) -> None:
        """The token cannot go on: an incident whose retry delivers the trigger again."""
        self.is_parked = True
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
        tokens, instance, population = self.tokens, self.instance, self.population
        if len(tokens) >= self.most_tokens:
            self._refuse_more(1)
        instance.tokens_made = number = instance.tokens_made + 1
        token = tokens[number] = Token(number, state, scope, flow, index, variables, data, True)
        population[scope] = population.get(scope, 0) + 1
        if index is not None:
            self.instances_begun += 1
        self.log.append(("born", number, state, scope))
        if variables:
            self.log.append(("set", number, variables))
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

    def fork(self, token: Token, edges: list[Edge], *, is_straight: bool = False) -> None:
        """One fresh token for each edge, then the old one is gone. `is_straight` where none has to do on arrival."""
        if len(self.tokens) + len(edges) > self.most_tokens:
            self._refuse_more(len(edges))
        leave = edges[0].leave
        if leave is not None:
            leave(self, token)
        log, scope, old, tokens, instance = self.log, token.scope, token.id, self.tokens, self.instance
        log.append(("gone", old, token.state))
        born = []
        number = instance.tokens_made
        for edge in edges:
            target: Any = edge.target_state
            number += 1
            fresh = tokens[number] = Token(number, target.key, scope, edge.flow, None, None, None, True)
            log.append(("fork", number, edge.number, old))
            born.append(fresh)
        instance.tokens_made = number
        self.population[scope] += len(edges)
        self._remove(token)
        if is_straight:
            self.agenda += born
            return
        for fresh in born:
            if fresh.is_gone:
                continue
            try:
                self.states[fresh.state].arrive(self, fresh)
            except Fault as fault:
                self.park_at_arrival(fresh, fault)

    def branch(self, token: Token, edge: Edge, is_last: bool = False) -> None:
        """An internal transition: the token stays; a fresh one may be born beside it or inside its scope, and goes on
        at once through what only routes where this `is_last` to be done."""
        self.log.append(("fired", token.id, edge.number))
        if edge.clears:
            self.interrupt(token)
        if edge.born is None:
            return
        scope = token.id if edge.is_inside else token.scope
        last = edge.last
        if is_last and last is not None and not self.agenda:
            self._bear_walking(edge, last, scope)
        else:
            self.bear(edge.born, scope, data=deepcopy(edge.data) if edge.data else None)

    def _bear_walking(self, edge: Edge, last: Edge, scope: int) -> None:
        tokens, instance, population = self.tokens, self.instance, self.population
        if len(tokens) >= self.most_tokens:
            self._refuse_more(1)
        instance.tokens_made = number = instance.tokens_made + 1
        target: Any = last.target_state
        token = tokens[number] = Token(number, target.key, scope, last.flow, None, None, None, True)
        population[scope] = population[scope] + 1 if scope in population else 1
        log, walked = self.log, edge.walked
        log.append(("born", number, edge.born, scope))
        log.append((number, *edge.way))
        instance.sequence += walked - 1
        self.walked += walked
        self.arriving = number
        try:
            target.arrive(self, token)
        except Fault as fault:
            self.park_at_arrival(token, fault)

    def interrupt(self, owner: Token) -> None:
        """An interrupting event sub-process begins: from here on none of the scope's others may (13.5.4)."""
        self.clear(owner)
        self.drop(owner, self.states[owner.state].inside)
        self.remember(owner)["is_interrupted"] = True

    def consume(self, token: Token, is_last: bool = False) -> None:
        states = self.states
        leave = states[token.state].leave
        if leave is not None:
            leave(self, token)
        self.log.append(("gone", token.id, token.state))
        if token.scope:  # the root token asks for nothing
            owner = self.tokens.get(token.scope)
            if owner is not None:
                child_gone = states[owner.state].child_gone
                if child_gone is not None:
                    child_gone(self, owner, token)
            if token.is_gone:
                return
        self._remove(token, is_last)

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
        lingers = self.plan.lingers
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

    rest, unrest, spend = joining.rest, joining.unrest, joining.spend
    may_come = may_come
    leave_behind, end = lingering.leave_behind, lingering.end
    pass_all = crowding.pass_all
    throw_escalation = catching.throw_escalation

    def inside(self, key: str, token: Token) -> Token | None:
        walker = token
        while walker.id != ROOT:
            walker = self.tokens[walker.scope]
            if walker.state == key:
                return walker
        return None

    def watch(self, token: Token, trigger: str) -> None:
        self.watched_from = {**self.watched_from, (token.id, trigger): len(self.log)}

    def remember(self, token: Token) -> dict[str, Any]:
        if not token.is_new:
            self.touched[token.id] = token
        if token.data is None:
            token.data = {}
        return token.data

    # errors and escalations

    def throw_error(
        self, token: Token, code: str, message: str, variables: Mapping[str, Any], reference: str = ""
    ) -> None:
        if not catching.throw(self, token, "error", code, message, variables, reference):
            catching.pass_end(self, token)
            self.end("failed", code)

    def fail(self, token: Token, code: str, message: str, variables: Mapping[str, Any]) -> None:
        if not catching.throw(self, token, "error", code, message, variables):
            raise Fault("error-uncaught", f"Nobody catches the error “{code}”. {message}".strip())

    # within the room

    def touch(self, token: Token) -> None:
        if not token.is_new:
            self.touched[token.id] = token

    def _refuse_more(self, births: int) -> None:
        if len(self.tokens) + births > self.most_tokens:
            raise Fault("token-limit", f"More than {self.most_tokens} tokens at once: a loop bears them without end.")

    def _remove(self, token: Token, is_last: bool = False) -> None:
        """From the living. Where that is the last thing of a step, and nothing else is on the agenda, the scope that is
        empty by it is drained at once."""
        token.is_gone = True
        number, scope, population = token.id, token.scope, self.population
        del self.tokens[number]
        if not token.is_new:
            if self.gone:
                self.gone.append(number)
            else:
                self.gone = [number]
        if self.resting and (token.state, scope) in self.resting:
            joining.forget(self, token)
        left = population[scope] = population[scope] - 1
        if left:
            return
        owner = self.tokens.get(scope)
        if owner is None or scope in self.draining:
            return
        if is_last and self.arriving == number and not self.agenda:
            self.drain(owner)
            return
        if self.draining:
            self.draining.add(scope)
        else:
            self.draining = {scope}
        self.agenda.append((owner, "#drained", None, owner.state))

    def drain(self, owner: Token) -> None:
        """The last token of its scope is gone."""
        drained = self.states[owner.state].drained
        if drained is not None and self.instance.status == "active":
            try:
                drained(self, owner)
            except Fault as fault:
                self.park(owner, "#drained", fault)
