"""Decisions, and expressions that are tried out."""

from __future__ import annotations

from typing import Any, TypedDict

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.v1.base import PageQuery, View, operation, page_of, page_of_keys, read_body, read_query
from api.v1.fields import Body, Choice, Flag, Number, Text, Variables
from engine.core.feel import to_json
from engine.models import DecisionVersion
from engine.service import decisions, instances
from engine.service.expressions import try_expression


class DecisionAnswer(TypedDict):
    """A decision; `version` is the number of its latest one."""

    key: str
    name: str
    version: int


class DecisionWithTable(DecisionAnswer):
    """A decision with what it needs and, where it is one, its table."""

    versions: list[int]
    warnings: list[dict[str, Any]]
    inputs: list[str]
    table: dict[str, Any] | None


class DecidedAnswer(TypedDict):
    """What was decided, each table with the rules that hit, and what was noticed."""

    value: Any
    records: list[dict[str, Any]]
    diagnostics: list[str]


class ExpressionAnswer(TypedDict):
    """The value of an expression with its type; a finding has code, message, start and end."""

    value: Any
    type: str | None
    diagnostics: list[dict[str, Any]]
    warnings: list[Any]


class DecisionsQuery(PageQuery):
    search = Text(required=False, default="", help_text="Part of the name or key.")


class EvaluateBody(Body):
    variables = Variables(required=False)
    version = Number(required=False, min_value=1, max_value=2**31 - 1, allow_null=True, default=None)


class FeelBody(Body):
    expression = Text(max_length=100_000)
    variables = Variables(required=False)
    language = Choice(["feel", "juel"], required=False, default="feel")
    unary = Flag(required=False, default=False)
    input = serializers.JSONField(required=False, allow_null=True, default=None)


def describe_decision(row: DecisionVersion) -> DecisionAnswer:
    return {"key": row.key, "name": row.name, "version": row.number}


class Decisions(View):
    @operation("list_decisions", query=DecisionsQuery, answer=page_of(DecisionAnswer))
    def get(self, request: Request) -> Response:
        """The latest version of each decision, by name."""
        query = read_query(request, DecisionsQuery)
        found = decisions.list_decisions(request.user, search=query["search"])
        return page_of_keys(found, query, describe_decision, lambda row: row.key)


class OneDecision(View):
    @operation("get_decision", answer=DecisionWithTable)
    def get(self, request: Request, key: str) -> Response:
        """One decision with its versions and what it needs."""
        row = decisions.get_decision(request.user, key)
        versions = [version.number for version in decisions.list_versions(request.user, key)]
        answer: dict[str, Any] = {**describe_decision(row), "versions": versions, "warnings": row.warnings}
        return Response(answer | {"inputs": decisions.inputs_of(row), "table": decisions.describe_table(row)})


class EvaluateDecision(View):
    @operation("evaluate_decision", body=EvaluateBody, answer=DecidedAnswer)
    def post(self, request: Request, key: str) -> Response:
        """Evaluate the decision on variables: its value and every rule that hit; nothing is stored."""
        body = read_body(request, EvaluateBody)
        result = decisions.evaluate(request.user, key, body["variables"], body["version"])
        return Response(
            {
                "value": to_json(result.value),
                "records": [record.to_json() for record in result.records],
                "diagnostics": [finding.message for finding in result.diagnostics],
            }
        )


class Feel(View):
    @operation("evaluate_expression", body=FeelBody, answer=ExpressionAnswer)
    def post(self, request: Request) -> Response:
        """Evaluate an expression or unary tests on sample data: value, type, findings with places, warnings."""
        body = read_body(request, FeelBody)
        answer = try_expression(
            body["expression"],
            instances.check_variables(body["variables"]),
            language=body["language"],
            is_unary=body["unary"],
            input_value=instances.check_variables({"?": body["input"]})["?"],
        )
        return Response(answer)
