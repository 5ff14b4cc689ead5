"""The inclusive gateway: joins whatever may still come, by the standard's own rule; the machine does the split."""

from __future__ import annotations

from typing import Any

from engine.core.model.behaviour import Behaviour, Kit, Run, pass_on
from engine.core.model.diagram import Node, Process
from engine.core.model.graph import State
from engine.core.model.runtime import Token


class InclusiveGateway:
    kind = "inclusiveGateway"

    def encode(self, node: Node, process: Process) -> dict[str, Any]:
        return {"incoming": list(node.incoming)} if len(node.incoming) > 1 else {}

    def prepare(self, state: State, kit: Kit) -> Behaviour:
        incoming: list[str] = state.config.get("incoming", [])
        if len(incoming) < 2:
            return Behaviour(enter=pass_on)
        reach: dict[str, list[str]] = state.config["reach"]

        def settle(run: Run, token: Token) -> bool:
            """13.4.3: wait as long as a token elsewhere in the scope can reach an empty incoming flow, unless
            the same token can also reach a flow that is already filled."""
            waiting = run.together(token)
            filled = {arrived.flow for arrived in waiting}
            if run.may_come(token.scope, reach, filled):
                return False
            oldest: dict[str | None, Token] = {}
            for arrived in waiting:
                oldest.setdefault(arrived.flow, arrived)
            first, *spent = oldest.values()
            run.unrest(first)
            for arrived in spent:
                run.consume(arrived)
            run.complete(first)
            return True

        return Behaviour(enter=_rest, wait="join", is_join=True, settle=settle)


def _rest(run: Run, token: Token) -> None:
    run.rest(token)
