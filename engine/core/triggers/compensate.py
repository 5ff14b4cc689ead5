"""Compensation: what is complete in a scope is undone, last first, each record once (13.5.5).

An owner keeps under `records` what is complete in its scope: the state that undoes it, its variables as they were,
and of a sub-process what was complete inside. What undoes is born one by one in the scope of whoever runs them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.model.behaviour import Catch, Fault, Kit, Run, Throw
from engine.core.model.diagram import Definition, Node
from engine.core.model.runtime import Token

Record = dict[str, Any]


class CompensateTrigger:
    """`levels` is how many scopes the throw sees: its own, and beyond an event sub-process the one around it.
    `handler` is the compensation event sub-process that stands for the default, `later` the state that undoes
    without being waited for."""

    kind = "compensate"
    wait = ""

    def encode(self, definition: Definition, node: Node) -> dict[str, Any]:
        return {"activity": definition.activity} if definition.activity else {}

    def catch(self, event: Mapping[str, Any], kit: Kit) -> Catch:
        raise Fault("catch-invalid", "Compensation is not waited for: it is recorded when an activity is complete.")

    def throw(self, event: Mapping[str, Any], kit: Kit) -> Throw:
        activity, levels = event.get("activity", ""), event.get("levels", 1)
        handler, later = event.get("handler"), event.get("later")

        def throw(run: Run, token: Token) -> bool:
            records = take_records(run, token, activity, levels)
            if handler is not None and not activity:
                run.remember(token)["records"] = records
                run.bear(handler, token.id)
                return False
            if later is not None:
                if records:
                    run.bear(later, token.scope, data={"records": records})
                return True
            return not undo(run, token, records)

        return throw


def take_records(run: Run, token: Token, activity: str, levels: int) -> list[Record]:
    """The records that are to be undone, in the order of completion; they are no longer recorded then."""
    taken: list[Record] = []
    owner = token
    for _ in range(levels):
        owner = run.tokens[owner.scope]
        done = (owner.data or {}).get("records")
        if not done:
            continue
        chosen = [record for record in done if not activity or record["node"] == activity]
        if chosen:
            run.remember(owner)["records"] = [record for record in done if record not in chosen]
            taken = chosen + taken
    return taken


def undo(run: Run, token: Token, records: list[Record]) -> bool:
    """Undo the records one by one in the token's own scope; false when there is none."""
    run.remember(token)["queue"] = records
    return undo_next(run, token)


def undo_next(run: Run, token: Token) -> bool:
    """Undo the last record that is left; false when there is none."""
    queue = (token.data or {}).get("queue")
    if not queue:
        return False
    queue = run.remember(token)["queue"]
    record = queue.pop()
    data = {"records": record["records"]} if "records" in record else None
    run.bear(record["undo"], token.id, variables=dict(record["variables"]) or None, data=data)
    return True
