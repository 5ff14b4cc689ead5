"""Intermediate throw and end events: throw each of their definitions in turn, then the token goes on."""

from __future__ import annotations

from typing import Any

from engine.core.elements.job import encode_job, prepare_job
from engine.core.model.behaviour import Behaviour, Kit, Run, pass_on
from engine.core.model.diagram import Node, Process
from engine.core.model.graph import State
from engine.core.model.runtime import Token
from engine.core.triggers import TRIGGERS
from engine.core.triggers.compensate import undo_next


class ThrowEvent:
    def __init__(self, kind: str) -> None:
        self.kind = kind

    def encode(self, node: Node, process: Process) -> dict[str, Any]:
        settings = node.settings
        if settings.job_type is not None or settings.handler:
            return {"job": encode_job(settings, node.id)}
        throws = [
            TRIGGERS[definition.kind].encode(definition, node) | {"kind": definition.kind, "node": node.id}
            for definition in node.definitions
            if definition.kind != "link"
        ]
        return {"throws": throws} if throws else {}

    def prepare(self, state: State, kit: Kit) -> Behaviour:
        if "job" in state.config:
            return prepare_job(state, state.config["job"], kit)
        throws = [TRIGGERS[event["kind"]].throw(event, kit) for event in state.config.get("throws", ())]
        undoes = any(event["kind"] == "compensate" for event in state.config.get("throws", ()))
        if not throws:
            return Behaviour(enter=pass_on)

        def go_on(run: Run, token: Token, first: int) -> None:
            """Throw from the given definition on; one that has to be waited for says where to go on then."""
            for index in range(first, len(throws)):
                if not throws[index](run, token):
                    if not token.is_gone:
                        run.remember(token)["next"] = index + 1
                    return
            run.finish(token)

        def enter(run: Run, token: Token) -> None:
            go_on(run, token, 0)

        def thrown(run: Run, token: Token) -> None:
            go_on(run, token, (token.data or {}).get("next", len(throws)))

        def drained(run: Run, token: Token) -> None:
            if not undo_next(run, token):
                thrown(run, token)

        return Behaviour(
            enter=enter, wait="throw", thrown=thrown, drained=drained if undoes else None, owns_scope=undoes
        )
