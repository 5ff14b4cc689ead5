"""The connectors as element templates, in the format that drawing tools read; made from what they say of themselves."""

from __future__ import annotations

import json
from typing import Any

from engine.worker.connectors import CONNECTORS, Connector, Input

SCHEMA = "https://unpkg.com/@camunda/zeebe-element-templates-json-schema/resources/schema.json"
CATEGORY = {"id": "connectors", "name": "Connectors"}
# Kinds of input that are one text; all others are written as expressions.
TEXTS = ("text", "texts")


def make_templates() -> list[dict[str, Any]]:
    return [*(_describe(one) for one in CONNECTORS.values()), DECISION]


def _describe(one: Connector) -> dict[str, Any]:
    return {
        "$schema": SCHEMA,
        "id": one.type,
        "name": one.name,
        "description": _first_sentence(one.doc),
        "version": 1,
        "category": CATEGORY,
        "appliesTo": ["bpmn:ServiceTask"],
        "elementType": {"value": "bpmn:ServiceTask"},
        "groups": [{"id": "input", "label": "Input"}, {"id": "output", "label": "Result"}],
        "properties": [
            {"type": "Hidden", "value": one.type, "binding": {"type": "zeebe:taskDefinition", "property": "type"}},
            *(_property(each, "input", {"type": "zeebe:input", "name": each.name}) for each in one.inputs),
            *(_property(each, "output", {"type": "zeebe:taskHeader", "key": each.name}) for each in one.headers),
        ],
    }


def _property(one: Input, group: str, binding: dict[str, str]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "id": f"{group}-{one.name}",
        "label": one.label,
        "description": one.doc.replace("`", ""),
        "group": group,
        "binding": binding,
    }
    if one.is_required:
        described["constraints"] = {"notEmpty": True}
    else:
        described["optional"] = True
    if one.choices:
        choices = [{"name": choice, "value": choice} for choice in one.choices]
        return described | {"type": "Dropdown", "choices": choices} | _default(one)
    if group == "output":
        # Headers are texts; the connector reads its expressions itself.
        return described | {"type": "String"}
    if one.kind in TEXTS:
        is_long = one.name in ("text", "body")
        return described | {"type": "Text" if is_long else "String", "feel": "optional"} | _default(one)
    return described | {"type": "Text", "feel": "required"} | _default(one)


def _default(one: Input) -> dict[str, Any]:
    if one.default in (None, [], {}, ""):
        return {}
    return {"value": one.default if one.kind in TEXTS else f"={json.dumps(one.default)}"}


def _first_sentence(text: str) -> str:
    return text.partition(". ")[0].rstrip(".").replace("`", "") + "."


DECISION: dict[str, Any] = {
    "$schema": SCHEMA,
    "id": "statewright:decision",
    "name": "Decision",
    "description": "Evaluates a decision table or requirement graph and keeps its result.",
    "version": 1,
    "category": CATEGORY,
    "appliesTo": ["bpmn:BusinessRuleTask"],
    "elementType": {"value": "bpmn:BusinessRuleTask"},
    "properties": [
        {
            "id": "decision",
            "label": "Decision",
            "description": "The id of the decision.",
            "type": "String",
            "feel": "optional",
            "constraints": {"notEmpty": True},
            "binding": {"type": "zeebe:calledDecision", "property": "decisionId"},
        },
        {
            "id": "result",
            "label": "Result variable",
            "description": "The variable that gets what was decided.",
            "type": "String",
            "value": "decision",
            "constraints": {"notEmpty": True},
            "binding": {"type": "zeebe:calledDecision", "property": "resultVariable"},
        },
    ],
}
