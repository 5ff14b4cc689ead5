"""The transaction: a sub-process that leaves by its cancel boundary event once a cancellation has undone everything."""

from __future__ import annotations

from typing import Any

from engine.core.model.behaviour import Behaviour, Fault, Kit, Run
from engine.core.model.diagram import Node, Process
from engine.core.model.graph import State
from engine.core.model.runtime import Token


class Transaction:
    kind = "transaction"

    def encode(self, node: Node, process: Process) -> dict[str, Any]:
        return {}

    def prepare(self, state: State, kit: Kit) -> Behaviour:
        opens = state.config.get("opens", [])
        body, cancel = state.config.get("cancel_at"), state.config.get("cancel_trigger")

        def enter(run: Run, token: Token) -> None:
            if not opens:
                run.finish(token)
            for key in opens:
                if not token.is_gone:
                    run.bear(key, token.id)

        def drained(run: Run, token: Token) -> None:
            if not (token.data or {}).get("is_cancelled"):
                run.finish(token)
                return
            if cancel is None:
                raise Fault("cancel-uncaught", "The transaction was cancelled: attach a cancel boundary event to it.")
            at = run.inside(body, token) if body is not None else token
            if at is not None:
                run.trigger(at, cancel)

        return Behaviour(enter=enter, wait="scope", drained=drained, owns_scope=True)
