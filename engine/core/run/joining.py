"""Tokens that wait in joins, in the order of their arrival; what a join makes of them is its element's business."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, cast

from engine.core.model.runtime import ROOT, Token

if TYPE_CHECKING:
    from engine.core.run.run import InstanceRun


def resting(run: InstanceRun) -> dict[tuple[str, int], list[Token]]:
    """By state and scope. `at` in a token's data is when it came: that order outlives a restore."""
    places = run.resting
    if places is None:
        places = run.resting = {}
        for token in run.tokens.values():
            if token.id != ROOT and run.states[token.state].behaviour.is_join and "at" in (token.data or ()):
                places.setdefault((token.state, token.scope), []).append(token)
        for waiting in places.values():
            waiting.sort(key=lambda token: cast(dict[str, Any], token.data)["at"])
    return places


def rest(run: InstanceRun, token: Token) -> list[Token]:
    if not token.is_new:
        run.touched[token.id] = token
    token.data = {"at": run.instance.sequence + len(run.log)}
    places, key = run.resting, (token.state, token.scope)
    if places is None:
        places = resting(run)
    waiting = places.get(key)
    if waiting is None:
        waiting = places[key] = [token]
    elif token not in waiting:
        waiting.append(token)
    return waiting


def unrest(run: InstanceRun, token: Token) -> None:
    token.data = None
    forget(run, token)


def forget(run: InstanceRun, token: Token) -> None:
    places, key = resting(run), (token.state, token.scope)
    waiting = places.get(key)
    if waiting and token in waiting:
        waiting.remove(token)
        if not waiting:
            del places[key]


def spend(run: InstanceRun, tokens: Collection[Token], last: Token) -> None:
    """All of them have come together: the last one goes on, the others are gone."""
    places, key = resting(run), (last.state, last.scope)
    waiting = places.pop(key)
    if len(waiting) > len(tokens):
        places[key] = [token for token in waiting if token not in tokens]
    for token in tokens:
        if token is not last:
            run.consume(token)
    last.data = None
    run.agenda.append(last)
