"""Cancel: a transaction stops what still runs in it, undoes what is complete, then leaves by its boundary event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.model.behaviour import Catch, Fault, Kit, Run, Throw
from engine.core.model.diagram import Definition, Node
from engine.core.model.runtime import Token


class CancelTrigger:
    """`transaction` is the state of the transaction around the end event, `undo` the one that undoes it, and
    `undoes` tells the same of every state inside that owns a scope."""

    kind = "cancel"
    wait = ""

    def encode(self, definition: Definition, node: Node) -> dict[str, Any]:
        return {}

    def catch(self, event: Mapping[str, Any], kit: Kit) -> Catch:
        return Catch(_nothing, _accept)

    def throw(self, event: Mapping[str, Any], kit: Kit) -> Throw:
        transaction, undo, undoes = event.get("transaction", ""), event.get("undo"), event.get("undoes", {})

        def throw(run: Run, token: Token) -> bool:
            owner = run.inside(transaction, token)
            if owner is None:
                raise Fault("cancel-outside-transaction", "A cancel end event works only inside a transaction.")
            records = _gather(run, owner, undoes)
            run.clear(owner, spare=token)
            data = run.remember(owner)
            data["is_cancelled"] = True
            data.pop("records", None)
            if not token.is_gone:
                run.consume(token)
            if undo is not None and records:
                run.bear(undo, owner.id, data={"records": records})
            return False

        return throw


def _gather(run: Run, owner: Token, undoes: Mapping[str, str]) -> list[dict[str, Any]]:
    """What is complete in the scope, and in the scopes that are still open inside it."""
    records: list[dict[str, Any]] = list((owner.data or {}).get("records", ()))
    for child in run.children(owner):
        if child.state in undoes:
            inner = _gather(run, child, undoes)
            if inner:
                variables = dict(child.variables or {})
                records.append({"node": "", "undo": undoes[child.state], "variables": variables, "records": inner})
    return records


def _nothing(run: Run, token: Token) -> None:
    """Nothing waits for a cancellation: the transaction's own state fires it."""


def _accept(run: Run, token: Token, data: Mapping[str, Any]) -> bool:
    return True
