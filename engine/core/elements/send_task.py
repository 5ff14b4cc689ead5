"""The send task: throws its message, or is a job where it names who does it instead."""

from __future__ import annotations

from typing import Any

from engine.core.elements.job import encode_job, prepare_job
from engine.core.model.behaviour import Behaviour, Kit, Run
from engine.core.model.diagram import Node, Process
from engine.core.model.graph import State
from engine.core.model.runtime import Token
from engine.core.triggers import TRIGGERS


class SendTask:
    kind = "sendTask"

    def encode(self, node: Node, process: Process) -> dict[str, Any]:
        settings = node.settings
        implementation = node.attributes.get("implementation", "")
        default = "" if implementation.startswith("##") else implementation
        if not node.definitions or settings.job_type is not None or settings.handler or default:
            return {"job": encode_job(settings, default or node.id)}
        return {
            "throws": [
                TRIGGERS[definition.kind].encode(definition, node) | {"kind": definition.kind, "node": node.id}
                for definition in node.definitions
            ]
        }

    def prepare(self, state: State, kit: Kit) -> Behaviour:
        if "job" in state.config:
            return prepare_job(state, state.config["job"], kit)
        throws = [TRIGGERS[event["kind"]].throw(event, kit) for event in state.config["throws"]]

        def enter(run: Run, token: Token) -> None:
            for throw in throws:
                throw(run, token)
            run.finish(token)

        return Behaviour(enter=enter, wait="throw")
