"""Where a token is gone that has no flow left; every way that ends leads here."""

from __future__ import annotations

from typing import Any

from engine.core.model.behaviour import Behaviour, Kit, Run
from engine.core.model.diagram import Node, Process
from engine.core.model.graph import State
from engine.core.model.runtime import Token


class End:
    kind = "end"

    def encode(self, node: Node, process: Process) -> dict[str, Any]:
        return {}

    def prepare(self, state: State, kit: Kit) -> Behaviour:
        return Behaviour(enter=_consume)


def _consume(run: Run, token: Token) -> None:
    run.consume(token, True)
