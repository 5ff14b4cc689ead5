"""Where the tokens of each scope stand, and which waiting joins that may have let on; kept only where joins ask for it.

A join that depends on other branches may go on only when a token has come to it or another has left a place from which
it could have come. So those joins alone are asked, and each finds whom it waits for by the states of its scope: what
that costs does not grow with the rest of the instance."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from engine.core.model.runtime import ROOT, Token
from engine.core.run.joining import resting

if TYPE_CHECKING:
    from engine.core.run.run import InstanceRun

Key = tuple[str, int]  # of a join: its state and the scope
_ABOUT_TOKENS = frozenset({"born", "fork", "gone", "cancelled", "delivery"})


class Standing:
    __slots__ = ("_queue", "_waiting", "counts", "places", "seen")

    def __init__(self, run: InstanceRun) -> None:
        self.places: dict[int, Key] = {}  # token → its state and scope
        self.counts: dict[int, dict[str, int]] = {}  # scope → state → how many tokens
        self.seen = len(run.log)
        self._queue: list[tuple[int, Key]] = []
        self._waiting: set[Key] = set()  # those of the queue that are still to be asked
        for token in run.tokens.values():
            if token.id != ROOT:
                self._place(token)
        self._ask(run, resting(run))

    def follow(self, run: InstanceRun) -> None:
        """Whatever has happened since: the history names every token that has moved."""
        log, reached = run.log, run.plan.reached
        moved = {
            entry[0] if entry[0].__class__ is int else entry[1]
            for entry in log[self.seen :]
            if entry[0].__class__ is int or entry[0] in _ABOUT_TOKENS
        }
        self.seen = len(log)
        moved.discard(ROOT)
        for number in moved:
            token, before = run.tokens.get(number), self.places.get(number)
            if before is not None and (token is None or token.state != before[0]):
                self._leave(number, before)
                self._ask(run, ((join, before[1]) for join in reached.get(before[0], ())))
                before = None
            if token is not None:
                if before is None:
                    self._place(token)
                self._ask(run, [(token.state, token.scope)])
        if run.plan.always_asked:
            self._ask(run, (key for key in resting(run) if key[0] in run.plan.always_asked))

    def next_asked(self) -> Key | None:
        """The join whose oldest token comes first."""
        while self._queue:
            _, key = heappop(self._queue)
            if key in self._waiting:
                self._waiting.remove(key)
                return key
        return None

    def _ask(self, run: InstanceRun, keys: Iterable[Key]) -> None:
        places = resting(run)
        for key in keys:
            waiting = places.get(key)
            if waiting:
                self._waiting.add(key)
                heappush(self._queue, (min(token.id for token in waiting), key))

    def _place(self, token: Token) -> None:
        key = self.places[token.id] = (token.state, token.scope)
        states = self.counts.setdefault(token.scope, {})
        states[key[0]] = states.get(key[0], 0) + 1

    def _leave(self, number: int, key: Key) -> None:
        state, scope = key
        del self.places[number]
        states = self.counts[scope]
        states[state] -= 1
        if not states[state]:
            del states[state]
            if not states:
                del self.counts[scope]


def may_come(run: InstanceRun, scope: int, reach: Mapping[str, Sequence[str]], filled: Container[str | None]) -> bool:
    standing = run.standing
    assert standing is not None
    taken = standing.counts.get(scope, {})
    fewer, others = (taken, reach) if len(taken) < len(reach) else (reach, taken)
    for state in fewer:
        if state not in others:
            continue
        flows = reach[state]
        if any(flow not in filled for flow in flows) and not any(flow in filled for flow in flows):
            return True
    return False
