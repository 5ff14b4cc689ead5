"""The script task: FEEL runs here, within the step; any other language is a job for the handler `script`."""

from __future__ import annotations

from typing import Any

from engine.core.elements.job import encode_job, prepare_job
from engine.core.model.behaviour import Behaviour, Kit, Run
from engine.core.model.diagram import Node, Process
from engine.core.model.encoding import encode
from engine.core.model.graph import State
from engine.core.model.runtime import Token


class ScriptTask:
    kind = "scriptTask"

    def encode(self, node: Node, process: Process) -> dict[str, Any]:
        settings = node.settings
        if settings.script_formula is not None:
            return {"script": encode(settings.script_formula), "result": settings.result}
        if settings.job_type is not None:
            return {"job": encode_job(settings, node.id)}
        job = encode_job(settings, "script")
        return {"job": job, "script_text": settings.script or "", "script_format": settings.script_format}

    def prepare(self, state: State, kit: Kit) -> Behaviour:
        config = state.config
        if "job" in config:
            return prepare_job(state, config["job"], kit, script=config.get("script_text"))
        value, result = kit.value(config["script"]), config["result"]

        def enter(run: Run, token: Token) -> None:
            answer = value(run, token)
            if result:
                run.finish(token, {result: answer})
            else:  # a context names its variables itself, as what a handler gives
                run.finish(token, answer if isinstance(answer, dict) else None)

        return Behaviour(enter=enter)
