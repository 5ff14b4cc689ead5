"""Tokens that wait in joins, in the order of their arrival; what a join makes of them is its element's business."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from engine.core.model.runtime import Token

if TYPE_CHECKING:
    from engine.core.run.run import InstanceRun


def resting(run: InstanceRun) -> dict[tuple[str, int], list[Token]]:
    """By state and scope. `at` in a token's data is when it came: that order outlives a restore."""
    living = run.living
    if living.resting is None:
        living.resting = {}
        for token in living:
            if run.states[token.state].behaviour.is_join and "at" in (token.data or ()):
                living.resting.setdefault((token.state, token.scope), []).append(token)
        for waiting in living.resting.values():
            waiting.sort(key=lambda token: cast(dict[str, Any], token.data)["at"])
    return living.resting


def rest(run: InstanceRun, token: Token) -> list[Token]:
    if not token.is_new:
        run.changed[token.id] = token
    token.data = {"at": run.instance.sequence + len(run.log)}
    places, key = run.living.resting, (token.state, token.scope)
    if places is None:
        places = resting(run)
    waiting = places.get(key)
    if waiting is None:
        waiting = places[key] = [token]
    elif token not in waiting:
        waiting.append(token)
    return waiting


def unrest(run: InstanceRun, token: Token) -> None:
    if run.living.resting is None:
        resting(run)
    token.data = None
    forget(run, token)


def forget(run: InstanceRun, token: Token) -> None:
    places, key = run.living.resting or {}, (token.state, token.scope)
    waiting = places.get(key)
    if waiting and token in waiting:
        waiting.remove(token)
        if not waiting:
            del places[key]
