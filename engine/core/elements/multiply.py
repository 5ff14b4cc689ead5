"""The completion quantity of an activity: one token in, as many out as it says."""

from __future__ import annotations

from typing import Any

from engine.core.model.behaviour import Behaviour, Kit, Run
from engine.core.model.diagram import Node, Process
from engine.core.model.graph import State
from engine.core.model.runtime import Token


class Multiply:
    kind = "multiply"

    def encode(self, node: Node, process: Process) -> dict[str, Any]:
        return {"quantity": node.completion_quantity}

    def prepare(self, state: State, kit: Kit) -> Behaviour:
        quantity, target = state.config["quantity"], state.config["target"]

        def enter(run: Run, token: Token) -> None:
            for _ in range(quantity - 1):
                run.bear(target, token.scope)
            run.complete(token)

        return Behaviour(enter=enter)
