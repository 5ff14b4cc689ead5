"""The event-based gateway: the first of the events behind it wins; leaving closes the others."""

from __future__ import annotations

from typing import Any

from engine.core.model.behaviour import Behaviour, Kit, Run
from engine.core.model.diagram import Node, Process
from engine.core.model.graph import State
from engine.core.model.runtime import Token


class EventGateway:
    kind = "eventBasedGateway"

    def encode(self, node: Node, process: Process) -> dict[str, Any]:
        return {}

    def prepare(self, state: State, kit: Kit) -> Behaviour:
        return Behaviour(enter=_rest, wait="gateway")


def _rest(run: Run, token: Token) -> None:
    """The events' waits were opened on the way in."""
