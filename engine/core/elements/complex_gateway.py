"""The complex gateway: goes on when its activation condition holds, then swallows what still comes until it is
reset (13.4.5); the machine does the split."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.core.model.behaviour import Behaviour, Kit, Run, pass_on
from engine.core.model.diagram import Node, Process
from engine.core.model.encoding import encode
from engine.core.model.graph import State
from engine.core.model.runtime import Token


class ComplexGateway:
    kind = "complexGateway"

    def encode(self, node: Node, process: Process) -> dict[str, Any]:
        if len(node.incoming) < 2:
            return {}
        return {"incoming": list(node.incoming), "activation": encode(node.activation)}

    def prepare(self, state: State, kit: Kit) -> Behaviour:
        if len(state.config.get("incoming", ())) < 2:
            return Behaviour(enter=pass_on)
        join = _Join(state.key, state.config, kit)
        return Behaviour(enter=join.enter, wait="join", is_join=True, settle=join.settle, idle=join.idle)


class _Join:
    """The owner of the scope keeps under `resets` the flows that have been used since the gateway went on.

    On reset the standard takes the outgoing flows once more; here only those whose condition reads
    `waitingForStart`, because a flow that does not ask cannot mean to be taken twice."""

    def __init__(self, key: str, config: Mapping[str, Any], kit: Kit) -> None:
        self.key = key
        self.incoming: list[str] = config["incoming"]
        self.reach: dict[str, list[str]] = config["reach"]
        self.is_active = kit.condition(config["activation"]) if config["activation"] else None
        self.again: str | None = config.get("again")

    def enter(self, run: Run, token: Token) -> None:
        run.rest(token)
        if self.is_active is not None and self.used(run, token) is None:
            waiting = run.together(token)
            if self.holds(run, token, waiting):
                self.go_on(run, token, waiting)

    def settle(self, run: Run, token: Token) -> bool:
        waiting = run.together(token)
        used = self.used(run, token)
        if used is not None:
            late = {flow: arrived for flow, arrived in _oldest(waiting).items() if flow not in used}
            if self.may_come(run, token.scope, [*used, *late]):
                return False
            self.reset(run, token, list(late.values()))
            return True
        if self.is_active is not None:
            goes_on = self.holds(run, token, waiting)
        else:
            goes_on = not self.may_come(run, token.scope, _oldest(waiting))
        if goes_on:
            self.go_on(run, token, waiting)
        return goes_on

    def used(self, run: Run, token: Token) -> list[str] | None:
        """The flows used since the gateway went on; None while it waits for its start."""
        found: list[str] | None = (run.tokens[token.scope].data or {}).get("resets", {}).get(self.key)
        return found

    def holds(self, run: Run, token: Token, waiting: list[Token]) -> bool:
        """The condition sees how many tokens have come, in all and by each flow."""
        assert self.is_active is not None
        counts: dict[str, Any] = {flow: sum(arrived.flow == flow for arrived in waiting) for flow in self.incoming}
        counts.update(activationCount=len(waiting), waitingForStart=True)
        kept = token.variables
        token.variables = {**(kept or {}), **counts}
        try:
            return self.is_active(run, token)
        finally:
            token.variables = kept

    def go_on(self, run: Run, token: Token, waiting: list[Token]) -> None:
        oldest = _oldest(waiting)
        if self.is_active is not None:
            run.remember(run.tokens[token.scope]).setdefault("resets", {})[self.key] = sorted(oldest)
        goes = oldest.get(token.flow or "", token)
        for spent in oldest.values():
            if spent is not goes:
                run.consume(spent)
        run.unrest(goes)
        goes.variables = {"waitingForStart": True}
        run.complete(goes)

    def may_come(self, run: Run, scope: int, filled: Iterable[str]) -> bool:
        """Can a token elsewhere in the scope still reach a flow that is not filled? (The inclusive rule.)"""
        return run.may_come(scope, self.reach, set(filled))

    def idle(self, run: Run, owner: Token) -> None:
        """No token waits here and none that is swallowed can come any more: the next one counts afresh."""
        used = (owner.data or {})["resets"][self.key]
        if not self.may_come(run, owner.id, used):
            del run.remember(owner)["resets"][self.key]

    def reset(self, run: Run, token: Token, late: list[Token]) -> None:
        del run.remember(run.tokens[token.scope])["resets"][self.key]
        if self.again and late:
            goes = late.pop()
            run.unrest(goes)
            goes.variables = {"waitingForStart": False}
            run.trigger(goes, self.again)
        for spent in late:
            run.consume(spent)


def _oldest(waiting: list[Token]) -> dict[str, Token]:
    oldest: dict[str, Token] = {}
    for arrived in waiting:
        oldest.setdefault(arrived.flow or "", arrived)
    return oldest
