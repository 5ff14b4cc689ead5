"""The intermediate catch event: waits for what its definitions name; what they wait for is the triggers' business."""

from __future__ import annotations

from typing import Any

from engine.core.model.behaviour import Behaviour, Kit, Run, pass_on
from engine.core.model.diagram import Node, Process
from engine.core.model.graph import State
from engine.core.model.runtime import Token
from engine.core.triggers import TRIGGERS


class CatchEvent:
    kind = "intermediateCatchEvent"

    def encode(self, node: Node, process: Process) -> dict[str, Any]:
        return {}

    def prepare(self, state: State, kit: Kit) -> Behaviour:
        events = state.config.get("events", ())
        if not events:
            return Behaviour(enter=pass_on)
        wait = TRIGGERS[events[0]["kind"]].wait
        return Behaviour(enter=_rest, wait=wait)


def _rest(run: Run, token: Token) -> None:
    """The waits were opened on the way in."""
