"""Terminate: ends everything in its own scope (13.5.6); the root scope's end ends the instance as terminated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.model.behaviour import Catch, Fault, Kit, Run, Throw
from engine.core.model.diagram import Definition, Node
from engine.core.model.runtime import ROOT, Token


class TerminateTrigger:
    kind = "terminate"
    wait = ""

    def encode(self, definition: Definition, node: Node) -> dict[str, Any]:
        return {}

    def catch(self, event: Mapping[str, Any], kit: Kit) -> Catch:
        raise Fault("catch-invalid", "Terminate can only end.")

    def throw(self, event: Mapping[str, Any], kit: Kit) -> Throw:
        return _terminate


def _terminate(run: Run, token: Token) -> bool:
    owner = run.tokens[token.scope]
    run.clear(owner, spare=token)
    run.consume(token)
    if owner.id == ROOT:
        run.end("terminated")
    return False
