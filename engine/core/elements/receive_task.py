"""The receive task: waits for its message; one without a message waits until someone completes it."""

from __future__ import annotations

from typing import Any

from engine.core.model.behaviour import Behaviour, Kit, Run
from engine.core.model.diagram import Node, Process
from engine.core.model.graph import State
from engine.core.model.runtime import Token


class ReceiveTask:
    kind = "receiveTask"

    def encode(self, node: Node, process: Process) -> dict[str, Any]:
        return {}

    def prepare(self, state: State, kit: Kit) -> Behaviour:
        return Behaviour(enter=_rest, wait="receive")


def _rest(run: Run, token: Token) -> None:
    """The subscription, if there is one, was opened on the way in."""
