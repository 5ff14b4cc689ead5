"""Conditional events: asked on entry and whenever a variable changes that they read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.model.behaviour import Catch, Fault, Kit, Run, Throw
from engine.core.model.diagram import Definition, Node
from engine.core.model.encoding import encode
from engine.core.model.runtime import Token


class ConditionalTrigger:
    kind = "conditional"
    wait = "condition"

    def encode(self, definition: Definition, node: Node) -> dict[str, Any]:
        event: dict[str, Any] = {"formula": encode(definition.formula)}
        if definition.variable_events:
            event["events"] = list(definition.variable_events)
        if definition.variable_names:
            event["names"] = list(definition.variable_names)
        return event

    def catch(self, event: Mapping[str, Any], kit: Kit) -> Catch:
        is_true, names = kit.watched(event["formula"])
        trigger = event["trigger"]
        watched = frozenset(event["names"]) if event.get("names") else names

        def arm(run: Run, token: Token) -> None:
            run.watch(token, trigger)
            if is_true(run, token):
                run.trigger(token, trigger, {})

        happenings = frozenset(event["events"]) if event.get("events") else None
        return Catch(arm, _accept, watch=(is_true, watched, happenings))

    def throw(self, event: Mapping[str, Any], kit: Kit) -> Throw:
        raise Fault("throw-invalid", "A condition can be waited for, not thrown.")


def _accept(run: Run, token: Token, data: Mapping[str, Any]) -> bool:
    return True
