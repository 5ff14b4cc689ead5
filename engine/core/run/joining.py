"""Tokens that wait in joins, in the order of their arrival; what a join makes of them is its element's business."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from engine.core.model.runtime import Token

if TYPE_CHECKING:
    from engine.core.run.run import InstanceRun


def resting(run: InstanceRun) -> dict[tuple[str, int], list[Token]]:
    """By state and scope. `at` in a token's data is when it came: that order outlives a restore."""
    if run.resting is None:
        run.resting = {}
        for token in run.tokens.values():
            if run.states[token.state].behaviour.is_join and "at" in (token.data or ()):
                run.resting.setdefault((token.state, token.scope), []).append(token)
        for waiting in run.resting.values():
            waiting.sort(key=lambda token: cast(dict[str, Any], token.data)["at"])
    return run.resting


def rest(run: InstanceRun, token: Token) -> None:
    token.is_changed = True
    token.data = {"at": run.instance.sequence + len(run.log)}
    places = run.resting if run.resting is not None else resting(run)
    waiting = places.setdefault((token.state, token.scope), [])
    if token not in waiting:
        waiting.append(token)


def unrest(run: InstanceRun, token: Token) -> None:
    waiting = resting(run).get((token.state, token.scope), [])
    token.data = None
    if token in waiting:
        waiting.remove(token)
