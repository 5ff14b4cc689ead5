"""Signals: every waiting scope gets them; the thrower goes on only when all branches have come to rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.model.behaviour import Catch, Fault, Kit, Run, Throw
from engine.core.model.diagram import Definition, Node
from engine.core.model.effects import OpenSubscription
from engine.core.model.encoding import encode, encode_mappings
from engine.core.model.runtime import Token


class SignalTrigger:
    kind = "signal"
    wait = "signal"

    def encode(self, definition: Definition, node: Node) -> dict[str, Any]:
        event: dict[str, Any] = {"name": encode(definition.name) or ["static", definition.reference or node.id]}
        if definition.settings is not None and definition.settings.sends_all:
            event["sends_all"] = True
        if definition.settings is not None and definition.settings.inputs:
            event["sends"] = encode_mappings(definition.settings.inputs)
        return event

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
        name_of, sends_all = kit.text(event["name"]), event.get("sends_all")
        sends = [(target, kit.value(source)) for target, source in event.get("sends", ())]

        def throw(run: Run, token: Token) -> bool:
            """What is visible only here goes along, and what the dialect names."""
            variables = dict(run.view(token) if sends_all else token.variables or {})
            variables.update((target, value(run, token)) for target, value in sends)
            run.broadcast(token, name_of(run, token) or "", variables)
            return False

        return throw


def take_variables(run: Run, token: Token, data: Mapping[str, Any]) -> bool:
    if data.get("variables"):
        run.merge(token, data["variables"])
    return True
