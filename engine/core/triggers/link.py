"""Links: two ends of one long flow in the same scope; compiling joins them, nothing is left to do in a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.model.behaviour import Catch, Kit, Run, Throw
from engine.core.model.diagram import Definition, Node
from engine.core.model.runtime import Token


class LinkTrigger:
    kind = "link"
    wait = ""

    def encode(self, definition: Definition, node: Node) -> dict[str, Any]:
        return {}

    def catch(self, event: Mapping[str, Any], kit: Kit) -> Catch:
        return Catch(_pass, _accept)

    def throw(self, event: Mapping[str, Any], kit: Kit) -> Throw:
        return lambda run, token: True


def _pass(run: Run, token: Token) -> None:
    """The token has come over the flow that leads here."""


def _accept(run: Run, token: Token, data: Mapping[str, Any]) -> bool:
    return True
