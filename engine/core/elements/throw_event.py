"""Intermediate throw and end events: throw each of their definitions in turn, then the token goes on."""

from __future__ import annotations

from typing import Any

from engine.core.elements.job import encode_job, prepare_job
from engine.core.model.behaviour import Behaviour, Kit, Run, pass_on
from engine.core.model.diagram import Node, Process
from engine.core.model.graph import State
from engine.core.model.runtime import Token
from engine.core.triggers import TRIGGERS


class ThrowEvent:
    def __init__(self, kind: str) -> None:
        self.kind = kind

    def encode(self, node: Node, process: Process) -> dict[str, Any]:
        settings = node.settings
        if settings.job_type is not None or settings.handler:
            return {"job": encode_job(settings, node.id)}
        throws = [TRIGGERS[d.kind].encode(d, node) | {"kind": d.kind, "node": node.id} for d in node.definitions]
        return {"throws": throws} if throws else {}

    def prepare(self, state: State, kit: Kit) -> Behaviour:
        if "job" in state.config:
            return prepare_job(state, state.config["job"], kit)
        throws = [TRIGGERS[event["kind"]].throw(event, kit) for event in state.config.get("throws", ())]
        if not throws:
            needs_finish = state.config.get("outputs") or state.config.get("listeners")
            return Behaviour(enter=(lambda run, token: run.finish(token)) if needs_finish else pass_on)

        def enter(run: Run, token: Token) -> None:
            goes_on = True
            for throw in throws:
                goes_on = throw(run, token) and goes_on
                if token.is_gone:
                    return
            if goes_on:
                run.finish(token)

        return Behaviour(enter=enter, wait="throw")
