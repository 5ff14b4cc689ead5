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
        if len(incoming) < 2:
            return Behaviour(enter=pass_on)

        def enter(run: Run, token: Token) -> None:
            """One token per flow, the oldest of each (13.4.1); a second one of a flow waits for the next round."""
            together = run.rest(token)
            if len(together) < len(incoming):
                return
            oldest: dict[str, Token] = {}
            for waiting in together:
                if waiting.flow is not None and waiting.flow in incoming:
                    oldest.setdefault(waiting.flow, waiting)
            if len(oldest) < len(incoming):
                return
            for spent in oldest.values():
                if spent is not token:
                    run.consume(spent)
            run.unrest(token)
            run.complete(token)

        return Behaviour(enter=enter, wait="join", is_join=True)
