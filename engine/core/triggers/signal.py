"""Signals: every waiting scope gets them; the thrower goes on only when all branches have come to rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.model.behaviour import Catch, Fault, Kit, Run, Throw
from engine.core.model.diagram import Definition, Node
from engine.core.model.effects import OpenSubscription
from engine.core.model.encoding import encode
from engine.core.model.runtime import Token


class SignalTrigger:
    kind = "signal"
    wait = "signal"

    def encode(self, definition: Definition, node: Node) -> dict[str, Any]:
        return {"name": encode(definition.name) or ["static", definition.reference or node.id]}

    def catch(self, event: Mapping[str, Any], kit: Kit) -> Catch:
        name_of, trigger = kit.text(event["name"]), event["trigger"]
        is_fixed = event["name"][0] == "static"

        def arm(run: Run, token: Token) -> None:
            name = name_of(run, token)
            if not name:
                raise Fault("signal-unnamed", "The signal has no name.")
            if not is_fixed:
                run.remember(token).setdefault("signals", {})[trigger] = name
            run.open(OpenSubscription(token.id, trigger, event["node"], "signal", name))

        def awaited(run: Run, token: Token) -> str | None:
            """The name as it was when the wait was opened."""
            if is_fixed:
                return str(event["name"][1])
            name: str | None = (token.data or {}).get("signals", {}).get(trigger)
            return name

        return Catch(arm, take_variables, signal=awaited)

    def throw(self, event: Mapping[str, Any], kit: Kit) -> Throw:
        name_of = kit.text(event["name"])

        def throw(run: Run, token: Token) -> bool:
            run.broadcast(token, name_of(run, token) or "", dict(token.variables or {}))
            return False

        return throw


def take_variables(run: Run, token: Token, data: Mapping[str, Any]) -> bool:
    if data.get("variables"):
        run.merge(token, data["variables"])
    return True
