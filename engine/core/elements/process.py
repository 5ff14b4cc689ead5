"""The process itself: the root token waits here and owns the root scope; starts are its internal transitions."""

from __future__ import annotations

from typing import Any

from engine.core.model.behaviour import Behaviour, Kit, Run, pass_on
from engine.core.model.diagram import Node, Process
from engine.core.model.graph import State
from engine.core.model.runtime import Token


class ProcessRoot:
    kind = "process"

    def encode(self, node: Node, process: Process) -> dict[str, Any]:
        return {}

    def prepare(self, state: State, kit: Kit) -> Behaviour:
        has_end = any(listener["on"] == "end" for listener in state.config.get("listeners", ()))
        return Behaviour(enter=pass_on, drained=_finish if has_end else _complete, owns_scope=True)


def _complete(run: Run, token: Token) -> None:
    if token.data and "ending" in token.data:
        run.end(*token.data["ending"])
    else:
        run.end("completed")


def _finish(run: Run, token: Token) -> None:
    if "ending" in (token.data or ()):
        _complete(run, token)  # its end listeners have been called, or are not
    else:
        run.finish(token)
