"""The embedded sub-process: its token waits here and owns a scope; the last child gone completes it."""

from __future__ import annotations

from typing import Any

from engine.core.model.behaviour import Behaviour, Kit, Run
from engine.core.model.diagram import Node, Process
from engine.core.model.graph import State
from engine.core.model.runtime import Token


class SubProcess:
    def __init__(self, kind: str) -> None:
        self.kind = kind

    def encode(self, node: Node, process: Process) -> dict[str, Any]:
        return {}

    def prepare(self, state: State, kit: Kit) -> Behaviour:
        opens = state.config.get("opens", [])

        def enter(run: Run, token: Token) -> None:
            if not opens:
                run.finish(token)
            for key in opens:
                if not token.is_gone:
                    run.bear(key, token.id)

        return Behaviour(enter=enter, wait="scope", drained=_finish, owns_scope=True)


def _finish(run: Run, token: Token) -> None:
    run.finish(token)
