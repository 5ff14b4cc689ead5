"""The business rule task: evaluates a decision within the step, or is a job where it names a handler instead."""

from __future__ import annotations

from typing import Any

from engine.core.elements.job import encode_job, prepare_job
from engine.core.feel import to_json
from engine.core.model.behaviour import Behaviour, Fault, Kit, Run
from engine.core.model.diagram import Node, Process
from engine.core.model.effects import RecordDecision
from engine.core.model.encoding import encode
from engine.core.model.graph import State
from engine.core.model.runtime import Token

MOST_FINDINGS = 10  # kept in history


class BusinessRuleTask:
    kind = "businessRuleTask"

    def encode(self, node: Node, process: Process) -> dict[str, Any]:
        called = node.settings.decision
        if called is None:
            return {"job": encode_job(node.settings, node.id)}
        return {
            "decision": encode(called.decision),
            "result": called.result,
            "maps": called.maps,
            "binding": {"kind": called.binding, "version": called.version, "version_tag": called.version_tag},
        }

    def prepare(self, state: State, kit: Kit) -> Behaviour:
        config = state.config
        if "job" in config:
            return prepare_job(state, config["job"], kit)
        name_of, binding, result = kit.text(config["decision"]), config["binding"], config["result"]
        shape = _SHAPES[config.get("maps") or ""]

        def enter(run: Run, token: Token) -> None:
            name = name_of(run, token) or ""
            answer = kit.decide(name, binding, run.view(token), run.now)
            records = [record.to_json() for record in answer.records]
            findings = [f"{one.node}: {one.message}" for one in answer.diagnostics[:MOST_FINDINGS]]
            run.open(RecordDecision(token.id, state.node, name, records, answer.version, findings))
            run.finish(token, {result: shape(to_json(answer.value))} if result else None)

        return Behaviour(enter=enter)


def _single_result(value: Any) -> Any:
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _single_entry(value: Any) -> Any:
    value = _single_result(value)
    if isinstance(value, dict):
        if len(value) > 1:
            raise Fault("decision-result", "The decision gave several outputs where one was expected.")
        return next(iter(value.values()), None)
    return value


def _collect_entries(value: Any) -> Any:
    rows = value if isinstance(value, list) else [] if value is None else [value]
    return [_single_entry(row) for row in rows]


def _result_list(value: Any) -> Any:
    return value if isinstance(value, list) else [] if value is None else [value]


_SHAPES = {
    "": lambda value: value,
    "singleResult": _single_result,
    "singleEntry": _single_entry,
    "collectEntries": _collect_entries,
    "resultList": _result_list,
}
