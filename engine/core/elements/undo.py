"""What undoes a complete sub-process or loop: its compensation event sub-process, else what was complete inside."""

from __future__ import annotations

from typing import Any

from engine.core.model.behaviour import Behaviour, Kit, Run
from engine.core.model.diagram import Node, Process
from engine.core.model.graph import State
from engine.core.model.runtime import Token
from engine.core.triggers.compensate import undo, undo_next


class Undo:
    """Its token stands where the owner's token stood: with the variables and records of that time."""

    kind = "undo"

    def encode(self, node: Node, process: Process) -> dict[str, Any]:
        return {}

    def prepare(self, state: State, kit: Kit) -> Behaviour:
        handler = state.config.get("handler")

        def enter(run: Run, token: Token) -> None:
            if handler is not None:
                run.bear(handler, token.id)
            elif not undo(run, token, run.remember(token).pop("records", [])):
                run.consume(token)

        def drained(run: Run, token: Token) -> None:
            if not undo_next(run, token):
                run.consume(token)

        return Behaviour(enter=enter, wait="scope", drained=drained, owns_scope=True)
