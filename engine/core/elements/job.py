"""Tasks that a handler or an external worker does: the token waits for a job; who does it is not decided here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.model.behaviour import Behaviour, Kit, Run
from engine.core.model.diagram import Node, Process, Settings
from engine.core.model.effects import OpenJob
from engine.core.model.encoding import encode
from engine.core.model.graph import State
from engine.core.model.runtime import Token

DEFAULT_RETRIES = 3


def encode_job(settings: Settings, default_type: str) -> dict[str, Any]:
    """What a job needs: its type is the job type or topic, else the handler text as written, else the default."""
    job: dict[str, Any] = {"type": encode(settings.job_type) or ["static", settings.handler or default_type]}
    if settings.job_retries is not None:
        job["retries"] = encode(settings.job_retries)
    if settings.retry_cycle:
        job["retry_cycle"] = settings.retry_cycle
    if settings.headers:
        job["headers"] = dict(settings.headers)
    if settings.fields:
        job["fields"] = {name: encode(formula) for name, formula in settings.fields.items()}
    if settings.job_priority is not None:
        job["priority"] = encode(settings.job_priority)
    if settings.result:
        job["result"] = settings.result
    if settings.error_definitions:
        job["errors"] = [[code, encode(formula)] for code, formula in settings.error_definitions]
    return job


def prepare_job(state: State, job: dict[str, Any], kit: Kit, *, script: str | None = None) -> Behaviour:
    type_of = kit.text(job["type"])
    retries_of = kit.whole(job.get("retries"))
    priority_of = kit.whole(job.get("priority"))
    fields = [(name, kit.value(formula)) for name, formula in job.get("fields", {}).items()]
    headers = job.get("headers", {})
    retry_cycle = job.get("retry_cycle", "")
    node = state.node

    def enter(run: Run, token: Token) -> None:
        retries = retries_of(run, token)
        priority = priority_of(run, token)
        run.open(
            OpenJob(
                token=token.id,
                trigger="complete",
                node=node,
                kind="job",
                type=type_of(run, token) or "",
                headers={**headers, **{name: value(run, token) for name, value in fields}},
                retries=retries if retries is not None else DEFAULT_RETRIES,
                retry_cycle=retry_cycle,
                script=script,
                priority=priority if priority is not None else 0,
            )
        )

    result, errors = job.get("result"), [(code, kit.value(formula)) for code, formula in job.get("errors", ())]

    def take(run: Run, token: Token, data: Mapping[str, Any]) -> None:
        """The result's own error definitions are asked before it counts as one (camunda external tasks)."""
        variables = dict(data.get("variables") or {})
        if result and "result" in data:
            variables[result] = data["result"]
        kept = token.variables
        token.variables = {**(kept or {}), **variables}
        try:
            code = next((code for code, holds in errors if holds(run, token) is True), None)
        finally:
            token.variables = kept
        if code is not None:
            run.fail(token, code, "", variables)
        else:
            run.finish(token, variables)

    return Behaviour(enter=enter, wait="job", take=take if errors or result else None)


class JobTask:
    def __init__(self, kind: str) -> None:
        self.kind = kind

    def encode(self, node: Node, process: Process) -> dict[str, Any]:
        implementation = node.attributes.get("implementation", "")
        default = "" if implementation.startswith("##") else implementation
        return {"job": encode_job(node.settings, default or node.id)}

    def prepare(self, state: State, kit: Kit) -> Behaviour:
        return prepare_job(state, state.config["job"], kit)
