"""What an instance's past looks like as a whole: values over time, stays at steps, what people did; read from moments."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from engine.service.moments import Moment

MOST_STAYS = 500
MOST_ACTIONS = 500


class Change(NamedTuple):
    """A variable got a value. `scope` is the number of the token that owns it, 0 the instance."""

    at: datetime
    sequence: int
    actor: str
    cause: str  # the node whose token was delivered to
    scope: int
    value: Any


class Stay(NamedTuple):
    """A token at a node. `ended_at` is None while it is there."""

    node: str
    token: int
    sequence: int
    began_at: datetime
    ended_at: datetime | None
    how: str  # "open", "left", "cancelled"


class Action(NamedTuple):
    """What a person, or a program in somebody's name, did."""

    at: datetime
    sequence: int
    actor: str
    kind: str
    node: str
    detail: Any


class Chronicle(NamedTuple):
    changes: dict[str, list[Change]]
    stays: list[Stay]
    actions: list[Action]
    is_cut: bool  # there were more stays or actions than are kept


def write_chronicle(moments: Iterable[Moment]) -> Chronicle:
    """One walk over the whole history; what is kept of it is bounded, the latest values are always right."""
    changes: dict[str, list[Change]] = {}
    stays: list[Stay] = []
    actions: list[Action] = []
    places: dict[int, str] = {}
    open_stays: dict[int, int] = {}
    cause, is_cut = "", False
    for moment in moments:
        kind, token = moment.kind, moment.token
        if kind == "delivery":
            cause = places.get(token, "")
            if moment.actor:
                actions.append(Action(moment.at, moment.sequence, moment.actor, moment.detail["trigger"], cause, {}))
        elif kind == "entered":
            places[token] = moment.node
            if len(stays) < MOST_STAYS:
                open_stays[token] = len(stays)
                stays.append(Stay(moment.node, token, moment.sequence, moment.at, None, "open"))
            else:
                is_cut = True
        elif kind in ("left", "cancelled"):
            _end_stay(stays, open_stays, places, moment)
        elif kind == "ended":
            for number in list(open_stays):
                _end_stay(stays, open_stays, places, moment._replace(kind="cancelled", token=number, node=""))
        elif kind == "set":
            for name, value in moment.detail.items():
                change = Change(moment.at, moment.sequence, moment.actor, cause, token, value)
                changes.setdefault(name, []).append(change)
        elif kind in ACTIONS:
            actions.append(
                Action(moment.at, moment.sequence, moment.actor, kind, places.get(token, ""), moment.detail)
            )
    return Chronicle(changes, stays, actions[-MOST_ACTIONS:], is_cut or len(actions) > MOST_ACTIONS)


ACTIONS = frozenset({"assigned", "retried", "suspended", "resumed"})


def _end_stay(stays: list[Stay], open_stays: dict[int, int], places: dict[int, str], moment: Moment) -> None:
    index = open_stays.pop(moment.token, None)
    places.pop(moment.token, None)
    if index is not None:
        stays[index] = stays[index]._replace(ended_at=moment.at, how=moment.kind)
