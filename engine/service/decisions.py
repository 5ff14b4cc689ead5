"""Decisions that are deployed: listed, read as tables, tried out; and those that a process made, with what hit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db.models import Max

from engine.core.dmn import DecisionResult
from engine.core.model.decisions import Decision, DecisionModel, DecisionTable, LiteralExpression
from engine.core.model.words import say
from engine.core.parse.dmn import read_decisions
from engine.models import DecisionVersion, Instance, Step
from engine.models.keys import span
from engine.service.errors import NotFound
from engine.service.instances import check_variables
from engine.service.rights import Actor, require_any
from engine.service.versions import decisions_of


def list_decisions(actor: Actor, *, search: str = "") -> list[DecisionVersion]:
    """The latest version of each decision, by name."""
    require_any(actor, "see")
    latest = DecisionVersion.objects.values("key").annotate(last=Max("number")).values_list("key", "last")
    numbers = dict(latest)
    rows = DecisionVersion.objects.select_related("deployment").filter(key__in=numbers)
    found = [row for row in rows if numbers[row.key] == row.number]
    wanted = search.lower()
    return sorted((row for row in found if wanted in f"{row.name} {row.key}".lower()), key=lambda row: row.name.lower())


def get_decision(actor: Actor, key: str, number: int | None = None) -> DecisionVersion:
    require_any(actor, "see")
    rows = DecisionVersion.objects.select_related("file", "deployment").filter(key=key)
    if number is not None:
        rows = rows.filter(number=number)
    row = rows.order_by("-number").first()
    if row is None:
        raise NotFound("decision-not-found", say("There is no such decision, or you may not see it."))
    return row


def list_versions(actor: Actor, key: str) -> list[DecisionVersion]:
    require_any(actor, "see")
    rows = DecisionVersion.objects.select_related("deployment").filter(key=key)
    return list(rows.order_by("-number"))


def evaluate(actor: Actor, key: str, variables: dict[str, Any], number: int | None = None) -> DecisionResult:
    """Try the decision on variables; nothing is stored."""
    row = get_decision(actor, key, number)
    return decisions_of(row).evaluate(key, check_variables(variables), now=datetime.now(UTC))


def describe_table(row: DecisionVersion, hits: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
    """The decision as a table to show, the rules that hit marked; None where its logic is no table."""
    decision = _find(read_decisions(bytes(row.file.content)), row.key)
    if decision is None or not isinstance(decision.logic, DecisionTable):
        return None
    table = decision.logic
    matched = {rule for one in (hits or {}).get("tables", ()) for rule in one["rules"]}
    return {
        "name": decision.name,
        "hit_policy": f"{table.hit_policy} {table.aggregation}".strip().lower(),
        "inputs": [clause.label or clause.expression.text for clause in table.inputs],
        "outputs": [clause.label or clause.name or decision.name for clause in table.outputs],
        "annotations": list(table.annotations),
        "rules": [
            {
                "number": number,
                "is_hit": rule.id in matched,
                "inputs": [entry.text or "-" for entry in rule.inputs],
                "outputs": [output.text for output in rule.outputs],
                "annotations": list(rule.annotations),
            }
            for number, rule in enumerate(table.rules, 1)
        ],
    }


def describe_expression(row: DecisionVersion) -> str:
    """The text of a decision that is one expression."""
    decision = _find(read_decisions(bytes(row.file.content)), row.key)
    logic = decision.logic if decision is not None else None
    return logic.text if isinstance(logic, LiteralExpression) else ""


def find_beside(row: DecisionVersion, key: str) -> DecisionVersion | None:
    """A decision that this one requires, as it was deployed with it."""
    return DecisionVersion.objects.filter(deployment=row.deployment_id, key=key).select_related("file").first()


def inputs_of(row: DecisionVersion) -> list[str]:
    """The input data that the decision needs, its own and those of what it requires."""
    model = read_decisions(bytes(row.file.content))
    return sorted({data.name for data in model.inputs})


def list_made(instance: Instance) -> list[dict[str, Any]]:
    """Every decision that the instance made, in order: moment, node, and what each table saw and gave."""
    made: list[dict[str, Any]] = []
    for step in Step.objects.filter(id__range=span(instance.pk)).order_by("id"):
        made += [
            {
                "at": step.at,
                "node": entry[2],
                "decision": entry[3],
                "records": entry[4],
                "version": entry[5],
                "findings": entry[6],
            }
            for entry in step.log or ()
            if entry[0] == "decision"
        ]
    return made


def _find(model: DecisionModel, key: str) -> Decision | None:
    return next((decision for decision in model.decisions if decision.id == key), None)
