"""Pages of decisions: the list, one decision with its table and a place to try it, and one that an instance made."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from engine.core.feel import to_text
from engine.core.model.digits import read_whole
from engine.models import DecisionVersion
from engine.service import decisions, reading
from engine.service.errors import Invalid, NotFound


@login_required
@require_GET
def decision_list(request: HttpRequest) -> HttpResponse:
    """The latest version of each decision."""
    query = request.GET.get("q", "")[:200]
    context = {
        "decisions": [
            {
                "name": row.name or row.key,
                "key": row.key,
                "url": reverse("designer:decision", args=[row.key]),
                "version": row.number,
                "deployed_at": row.deployment.created_at,
            }
            for row in decisions.list_decisions(request.user, search=query)
        ],
        "query": query,
    }
    return render(request, "designer/decisions.html", context)


@login_required
@require_GET
def decision_page(request: HttpRequest, key: str) -> HttpResponse:
    """The decision's table; with values in the address, what it decides and by which rules."""
    number = request.GET.get("version", "")
    row = decisions.get_decision(request.user, key, (read_whole(number) or 0) if number else None)
    names = decisions.inputs_of(row)
    given = {name: request.GET[f"in:{name}"] for name in names if request.GET.get(f"in:{name}", "") != ""}
    trial = _try(request, row, given) if given else None
    context = {
        "decision": {"name": row.name or row.key, "key": row.key, "version": row.number},
        "versions": [
            {"number": version.number, "deployed_at": version.deployment.created_at, "is_current": version == row}
            for version in decisions.list_versions(request.user, key)
        ],
        "table": decisions.describe_table(row, trial["record"] if trial else None),
        "expression": decisions.describe_expression(row),
        "inputs": [{"name": name, "value": given.get(name, "")} for name in names],
        "trial": trial,
        "parts": describe_parts(row, trial["records"]) if trial else [],
        "made": None,
        "warnings": row.warnings,
    }
    return render(request, "designer/decision.html", context)


@login_required
@require_GET
def made_page(request: HttpRequest, instance: int, number: int) -> HttpResponse:
    """A decision as an instance made it: what it saw, which rules hit, what came out."""
    row = reading.get_instance(request.user, instance)
    made = decisions.list_made(row)
    if not 1 <= number <= len(made):
        raise Http404
    entry = made[number - 1]
    record = next((r for r in entry["records"] if r["id"] == entry["decision"]), entry["records"][-1])
    version = _find_version(entry["decision"], entry["version"])
    context = {
        "decision": {"name": record["name"], "key": entry["decision"], "version": entry["version"]},
        "versions": [],
        "table": decisions.describe_table(version, record) if version is not None else None,
        "expression": decisions.describe_expression(version) if version is not None else "",
        "inputs": [],
        "trial": {"record": record, "value": _words(record["value"]), "problems": entry["findings"]},
        "parts": describe_parts(version, entry["records"]) if version is not None else [],
        "made": {
            "at": entry["at"],
            "url": reverse("monitor:instance", args=[instance]),
            "inputs": _describe_inputs(record),
        },
    }
    return render(request, "designer/decision.html", context)


def describe_parts(row: DecisionVersion, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the decisions that it requires saw and gave, in the order in which they were made."""
    parts = []
    for record in records:
        if record["id"] != row.key:
            beside = decisions.find_beside(row, record["id"])
            parts.append({
                "name": record["name"],
                "inputs": _describe_inputs(record),
                "value": _words(record["value"]),
                "table": decisions.describe_table(beside, record) if beside is not None else None,
                "expression": decisions.describe_expression(beside) if beside is not None else "",
            })  # fmt: skip
    return parts


def _describe_inputs(record: dict[str, Any]) -> list[dict[str, str]]:
    return [{"name": name, "value": _words(value)} for name, value in record["inputs"].items()]


def _try(request: HttpRequest, row: DecisionVersion, given: dict[str, str]) -> dict[str, Any]:
    variables = {name: _read(text) for name, text in given.items()}
    try:
        result = decisions.evaluate(request.user, row.key, variables, row.number)
    except Invalid as refused:
        return {"record": None, "records": [], "value": None, "problems": [refused.message]}
    records = [record.to_json() for record in result.records]
    own = next((record for record in records if record["id"] == row.key), None)
    problems = [finding.message for finding in result.diagnostics]
    return {"record": own, "records": records, "value": to_text(result.value), "problems": problems}


def _read(text: str) -> Any:
    """A value as somebody types it: JSON where it is JSON, else a text."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return text if isinstance(value, float) and value != value else value


def _words(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _find_version(key: str, number: int | None) -> DecisionVersion | None:
    """The version that was evaluated, to show its table; whoever may see the instance may see it."""
    try:
        return decisions.get_decision(None, key, number)
    except NotFound:
        return None
