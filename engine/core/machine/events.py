"""What a state does with the events that come to it: their own mappings, parallel multiple ones, who catches what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.machine.mappings import at_path
from engine.core.model.behaviour import Accept, Enter, Fault, Kit, Run
from engine.core.model.runtime import Token


def prepare_accept(accept: Accept, event: Mapping[str, Any], kit: Kit) -> Accept:
    """An event's own output mappings see what it brought, and only what they name is kept."""
    if event.get("together"):
        return _all_of(prepare_accept(accept, {**event, "together": 0}, kit), event)
    mappings = event.get("outputs")
    if not mappings:
        return accept
    prepared = [(target, kit.value(source)) for target, source in mappings]

    def accept_with_outputs(run: Run, token: Token, data: Mapping[str, Any]) -> bool:
        kept = token.variables
        token.variables = {**(kept or {}), **(data.get("variables") or {})}
        try:
            results = [(target, value(run, token)) for target, value in prepared]
        finally:
            token.variables = kept
        if not accept(run, token, {**data, "variables": {}}):
            return False
        scope = token if event.get("is_inside") or not token.id else run.tokens[token.scope]
        for target, value in results:
            name, whole = at_path(target, value, run.view(scope))
            run.merge(scope, {name: whole})
        return True

    return accept_with_outputs


def _all_of(accept: Accept, event: Mapping[str, Any]) -> Accept:
    """One of several events that have to happen all: the last one fires, the others are noted (parallel multiple)."""
    node, trigger, number = event["node"], event["trigger"], event["together"]

    def accept_together(run: Run, token: Token, data: Mapping[str, Any]) -> bool:
        seen: list[str] = run.remember(token).setdefault("seen", {}).setdefault(node, [])
        if trigger in seen or not accept(run, token, data):
            return False
        seen.append(trigger)
        if len(seen) < number:
            if not event.get("repeats"):
                run.drop(token, (trigger,))
            return False
        del run.remember(token)["seen"][node]
        return True

    return accept_together


def prepare_arm(arm: Enter, event: Mapping[str, Any]) -> Enter:
    """Of events that have to happen all, one that has happened already is no longer waited for."""
    if not event.get("together"):
        return arm

    def arm_unseen(run: Run, token: Token) -> None:
        if event["trigger"] not in (token.data or {}).get("seen", {}).get(event["node"], ()):
            arm(run, token)

    return arm_unseen


def catch_tables(events: Any) -> dict[str, list[tuple[str | None, Mapping[str, Any]]]]:
    """Kind → (code or None, event), specific codes before the one that catches all."""
    tables: dict[str, list[tuple[str | None, Mapping[str, Any]]]] = {}
    for event in events:
        if event["kind"] in ("error", "escalation", "compensate", "cancel"):
            code = event.get("code")
            if code is not None and code[0] != "static":
                raise Fault("code-not-fixed", "The code of a caught error or escalation must be a fixed text.")
            tables.setdefault(event["kind"], []).append((code[1] if code else None, event))
    for table in tables.values():
        table.sort(key=lambda entry: entry[0] is None)
    return tables
