"""The start quantity of an activity: as many tokens as it says come together into one before it begins."""

from __future__ import annotations

from typing import Any

from engine.core.model.behaviour import Behaviour, Kit, Run
from engine.core.model.diagram import Node, Process
from engine.core.model.graph import State
from engine.core.model.runtime import Token


class Gather:
    kind = "gather"

    def encode(self, node: Node, process: Process) -> dict[str, Any]:
        return {"quantity": node.start_quantity}

    def prepare(self, state: State, kit: Kit) -> Behaviour:
        quantity: int = state.config["quantity"]

        def enter(run: Run, token: Token) -> None:
            waiting = run.rest(token)
            if len(waiting) < quantity:
                return
            run.spend(waiting[:quantity], token)

        return Behaviour(enter=enter, wait="join", is_join=True)
