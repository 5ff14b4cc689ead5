"""Everything that only routes: start and boundary events once they have happened, abstract and manual tasks,
exclusive gateways. Which way they go is the machine's business: the first guard that passes, or all of them."""

from __future__ import annotations

from typing import Any

from engine.core.model.behaviour import Behaviour, Kit, pass_on
from engine.core.model.diagram import Node, Process
from engine.core.model.graph import State


class Route:
    def __init__(self, kind: str) -> None:
        self.kind = kind

    def encode(self, node: Node, process: Process) -> dict[str, Any]:
        return {}

    def prepare(self, state: State, kit: Kit) -> Behaviour:
        return Behaviour(enter=pass_on)
