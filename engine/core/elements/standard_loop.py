"""The body of a standard loop: runs its activity again while the condition holds."""

from __future__ import annotations

from typing import Any

from engine.core.model.behaviour import Behaviour, Kit, Run
from engine.core.model.diagram import Node, Process
from engine.core.model.encoding import encode
from engine.core.model.graph import State
from engine.core.model.runtime import Token


class StandardLoop:
    kind = "standardLoop"

    def encode(self, node: Node, process: Process) -> dict[str, Any]:
        loop = node.loop
        assert loop is not None
        return {"test_before": loop.test_before, "maximum": loop.maximum, "condition": encode(loop.condition)}

    def prepare(self, state: State, kit: Kit) -> Behaviour:
        config = state.config
        inner, maximum = config["inner"], config["maximum"]
        holds = kit.condition(config["condition"]) if config["condition"] is not None else None

        def goes_on(run: Run, token: Token, done: int) -> bool:
            if maximum is not None and done >= maximum:
                return False
            return holds(run, token) if holds is not None else maximum is not None

        def turn(run: Run, token: Token) -> None:
            data = run.remember(token)
            turns = data["turns"] = data.get("turns", 0) + 1
            run.put(token, "loopCounter", turns)  # where the condition sees it
            run.bear(inner, token.id, index=turns - 1, variables={"loopCounter": turns})

        def enter(run: Run, token: Token) -> None:
            run.put(token, "loopCounter", 0)
            if config["test_before"] and not goes_on(run, token, 0):
                run.finish(token)
            else:
                turn(run, token)

        def drained(run: Run, token: Token) -> None:
            if goes_on(run, token, run.remember(token).get("turns", 0)):
                turn(run, token)
            else:
                run.finish(token)

        return Behaviour(enter=enter, wait="scope", drained=drained, owns_scope=True)
