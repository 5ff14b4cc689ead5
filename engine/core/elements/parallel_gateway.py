"""The parallel gateway: waits for one token from each incoming flow, then goes on; the machine does the split."""

from __future__ import annotations

from typing import Any

from engine.core.model.behaviour import Behaviour, Kit, Run, pass_on
from engine.core.model.diagram import Node, Process
from engine.core.model.graph import State
from engine.core.model.runtime import Token


class ParallelGateway:
    kind = "parallelGateway"

    def encode(self, node: Node, process: Process) -> dict[str, Any]:
        return {"incoming": list(node.incoming)} if len(node.incoming) > 1 else {}

    def prepare(self, state: State, kit: Kit) -> Behaviour:
        incoming = frozenset(state.config.get("incoming", ()))
        number = len(incoming)
        if number < 2:
            return Behaviour(enter=pass_on)

        def enter(run: Run, token: Token) -> None:
            """One token per flow, the oldest of each (13.4.1); a second one of a flow waits for the next round."""
            together = run.rest(token)
            if len(together) < number:
                return
            oldest: dict[str | None, Token] = {}
            for waiting in together:
                if waiting.flow in incoming and waiting.flow not in oldest:
                    oldest[waiting.flow] = waiting
            if len(oldest) == number:
                run.spend(oldest.values(), token)

        return Behaviour(enter=enter, wait="join", is_join=True)
