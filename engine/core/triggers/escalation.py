"""Escalations: thrown outward to the nearest catcher; nobody there is no error, and the thrower goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.model.behaviour import Catch, Kit, Run, Throw
from engine.core.model.diagram import Definition, Node
from engine.core.model.encoding import encode
from engine.core.model.runtime import Token


class EscalationTrigger:
    kind = "escalation"
    wait = "escalation"

    def encode(self, definition: Definition, node: Node) -> dict[str, Any]:
        event: dict[str, Any] = {"code": encode(definition.code)}
        if definition.code is None and definition.reference:
            event["reference"] = definition.reference
        if definition.error_code_variable:
            event["code_variable"] = definition.error_code_variable
        return event

    def catch(self, event: Mapping[str, Any], kit: Kit) -> Catch:
        return Catch(_nothing, _take)

    def throw(self, event: Mapping[str, Any], kit: Kit) -> Throw:
        code_of, reference = kit.text(event["code"]), event.get("reference", "")

        def throw(run: Run, token: Token) -> bool:
            run.throw_escalation(token, code_of(run, token) or "", dict(token.variables or {}), reference)
            return not token.is_gone

        return throw


def _nothing(run: Run, token: Token) -> None:
    """Escalations are looked up when they are thrown; nothing waits for them."""


def _take(run: Run, token: Token, data: Mapping[str, Any]) -> bool:
    if data.get("variables"):
        run.merge(token, data["variables"])
    return True
