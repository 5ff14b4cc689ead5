"""Tokens that wait in joins, in the order of their arrival; what a join makes of them is its element's business."""

from __future__ import annotations

from collections.abc import Collection, Sequence
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
    others = [token for token in tokens if token is not last]
    if _is_told(run, last.scope):
        for token in others:
            run.consume(token)
    else:
        _take_away(run, others)
    last.data = None
    run.agenda.append(last)


def _is_told(run: InstanceRun, scope: int) -> bool:
    """Whether the owner of the scope wants to hear of tokens that are gone; the root token never does."""
    return scope != ROOT and run.states[run.tokens[scope].state].child_gone is not None


def _take_away(run: InstanceRun, tokens: Sequence[Token]) -> None:
    """As `consume`, of several in one state and scope, where another one stays."""
    living, log = run.tokens, run.log
    known = []
    for token in tokens:
        number, leave = token.id, run.states[token.state].leave
        if leave is not None:
            leave(run, token)
        token.is_gone = True
        del living[number]
        log.append(("gone", number, token.state))
        if not token.is_new:
            known.append(number)
    if known:
        run.gone = [*run.gone, *known]
    if tokens:
        run.population[tokens[0].scope] -= len(tokens)
