"""An instance's past as a whole: values over time, stays at steps, what people did; all read from its moments."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from engine.service.moments import Moment

MOST_STAYS = 500
MOST_ACTIONS = 500
MOST_CHANGES = 100
MOST_FAILURES = 1_000


class Change(NamedTuple):
    """A variable got a value. `scope` is the number of the token that owns it, 0 the instance."""

    at: datetime
    sequence: int
    actor: str
    cause: str  # the node whose token was delivered to
    scope: int
    value: Any


class Stay(NamedTuple):
    """A token at a node. `ended_at` is None while it is there; `how` is open, left or cancelled."""

    node: str
    token: int
    sequence: int
    began_at: datetime
    ended_at: datetime | None = None
    how: str = "open"


class Action(NamedTuple):
    """What a person, or a program in somebody's name, did, and why if they said so."""

    at: datetime
    sequence: int
    actor: str
    kind: str
    node: str
    detail: Any
    reason: str


class Failure(NamedTuple):
    """An attempt of a job that failed, or an incident."""

    at: datetime
    node: str
    message: str
    is_incident: bool


class Chronicle:
    """One walk over the whole history. What is kept of it is bounded; `is_cut` says that there was more.

    `changes` has the latest values of each variable, the newest last; `places` is where the tokens are; of `failures`
    the latest are kept.
    """

    def __init__(self, moments: Iterable[Moment]) -> None:
        self.changes: dict[tuple[int, str], list[Change]] = {}
        self.stays: list[Stay] = []
        self.actions: list[Action] = []
        self.failures: deque[Failure] = deque(maxlen=MOST_FAILURES)
        self.places: dict[int, str] = {}
        self.is_cut = False
        self._open: dict[int, int] = {}
        self._cause = self._reason = ""
        for moment in moments:
            add = _READERS.get(moment.kind)
            if add is not None:
                add(self, moment)

    def deliver(self, moment: Moment) -> None:
        self._cause = self.places.get(moment.token, "")
        if moment.actor:
            self._act(moment._replace(kind=moment.detail["trigger"]))

    def enter(self, moment: Moment) -> None:
        self.places[moment.token] = moment.node
        if len(self.stays) >= MOST_STAYS:
            self.is_cut = True
            return
        self._open[moment.token] = len(self.stays)
        self.stays.append(Stay(moment.node, moment.token, moment.sequence, moment.at))

    def leave(self, moment: Moment) -> None:
        self.places.pop(moment.token, None)
        index = self._open.pop(moment.token, None)
        if index is not None:
            self.stays[index] = self.stays[index]._replace(ended_at=moment.at, how=moment.kind)

    def end(self, moment: Moment) -> None:
        for token in list(self.places):
            self.leave(moment._replace(kind="cancelled", token=token))

    def set(self, moment: Moment) -> None:
        for name, value in moment.detail.items():
            values = self.changes.setdefault((moment.token, name), [])
            values.append(Change(moment.at, moment.sequence, moment.actor, self._cause, moment.token, value))
            del values[:-MOST_CHANGES]

    def fail(self, moment: Moment) -> None:
        place = self.places.get(moment.token, "")
        self.failures.append(Failure(moment.at, place, moment.detail["message"], moment.kind == "incident"))

    def explain(self, moment: Moment) -> None:
        self._reason = moment.detail["text"]

    def _act(self, moment: Moment) -> None:
        place = self.places.get(moment.token, "")
        action = Action(moment.at, moment.sequence, moment.actor, moment.kind, place, moment.detail, self._reason)
        self.actions.append(action)
        self._reason = ""
        if len(self.actions) > MOST_ACTIONS:
            del self.actions[0]
            self.is_cut = True


_READERS = {
    "delivery": Chronicle.deliver,
    "entered": Chronicle.enter,
    "left": Chronicle.leave,
    "cancelled": Chronicle.leave,
    "ended": Chronicle.end,
    "set": Chronicle.set,
    "reason": Chronicle.explain,
    "attempt": Chronicle.fail,
    "incident": Chronicle.fail,
    "assigned": Chronicle._act,
    "retried": Chronicle._act,
    "suspended": Chronicle._act,
    "resumed": Chronicle._act,
}
