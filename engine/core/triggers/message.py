"""Messages: a subscription by name and correlation key; a thrown one leaves the instance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.model.behaviour import Catch, Fault, Kit, Run, Throw
from engine.core.model.diagram import Definition, Node
from engine.core.model.effects import OpenSubscription, PublishMessage
from engine.core.model.encoding import encode
from engine.core.model.runtime import Token
from engine.core.triggers.schedule import read_duration


class MessageTrigger:
    kind = "message"
    wait = "message"

    def encode(self, definition: Definition, node: Node) -> dict[str, Any]:
        settings = definition.settings or node.settings
        event: dict[str, Any] = {"name": encode(definition.name) or ["static", definition.reference or node.id]}
        if definition.correlation_key is not None:
            event["key"] = encode(definition.correlation_key)
        elif definition.correlation_parts:
            event["key"] = ["texts", [encode(part) for part in definition.correlation_parts]]
        if settings.message_ttl is not None:
            event["time_to_live"] = encode(settings.message_ttl)
        if settings.message_id is not None:
            event["message_id"] = encode(settings.message_id)
        return event

    def catch(self, event: Mapping[str, Any], kit: Kit) -> Catch:
        name_of, key_of = kit.text(event["name"]), kit.text(event.get("key"))
        has_key = "key" in event

        def arm(run: Run, token: Token) -> None:
            name, key = name_of(run, token), key_of(run, token)
            if not name:
                raise Fault("message-unnamed", "The message has no name.")
            if has_key and key is None:
                raise Fault("correlation-key-missing", f"The correlation key of the message “{name}” is null.")
            run.open(OpenSubscription(token.id, event["trigger"], event["node"], "message", name, key))

        return Catch(arm, take_variables)

    def throw(self, event: Mapping[str, Any], kit: Kit) -> Throw:
        name_of, key_of = kit.text(event["name"]), kit.text(event.get("key"))
        id_of, ttl_of = kit.text(event.get("message_id")), kit.value(event.get("time_to_live"))

        def throw(run: Run, token: Token) -> bool:
            ttl = ttl_of(run, token)
            run.open(
                PublishMessage(
                    token=token.id,
                    node=event["node"],
                    name=name_of(run, token) or "",
                    key=key_of(run, token),
                    variables=dict(token.variables or {}),
                    time_to_live=_seconds(ttl) if ttl is not None else None,
                    message_id=id_of(run, token),
                    target=tuple(event["target"]) if event.get("target") else None,
                )
            )
            return True

        return throw


def take_variables(run: Run, token: Token, data: Mapping[str, Any]) -> bool:
    if data.get("variables"):
        run.merge(token, data["variables"])
    return True


def _seconds(value: Any) -> float:
    if isinstance(value, int | float):
        return float(value)
    pause = read_duration(str(value))
    return pause.months * 30 * 86400.0 + pause.rest.total_seconds()
