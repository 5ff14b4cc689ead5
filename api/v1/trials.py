"""Trying a draft on the engine in memory, and its scenarios."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypedDict

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.v1.base import View, operation, read_body
from api.v1.deployments import MOST_FILES, FileBody, read_files
from api.v1.fields import Body, Flag, Text
from engine.core.simulate.script import MOST_ACTIONS
from engine.core.simulate.verdict import ASPECTS
from engine.models import Scenario
from engine.service import bundles, scenarios, trials


class TrialBody(Body):
    files = FileBody(many=True, max_length=MOST_FILES)
    actions = serializers.ListField(
        child=serializers.DictField(), max_length=MOST_ACTIONS, required=False, default=list
    )
    mocks = serializers.DictField(required=False, default=dict)


class ScenarioBody(TrialBody):
    name = Text()
    aspects = serializers.ListField(
        child=serializers.ChoiceField(choices=ASPECTS), required=False, default=list(ASPECTS), max_length=len(ASPECTS)
    )
    replace = Flag(required=False, default=False)


class RunBody(Body):
    files = FileBody(many=True, required=False, max_length=MOST_FILES, default=list)


class TrialAnswer(TypedDict):
    """What there is after the last action; `refused` says which action could not be done and why."""

    now: str
    next_due: str | None
    runs: list[dict[str, Any]]
    starts: list[dict[str, Any]]
    events: list[dict[str, Any]]
    failed_starts: list[str]
    coverage: dict[str, Any]
    steps: list[dict[str, Any]]
    refused: dict[str, Any] | None


class ScenarioAnswer(TypedDict):
    """A trial that is kept as a test: its actions, its mocks, and what is expected of it."""

    id: int
    name: str
    actions: list[dict[str, Any]]
    mocks: dict[str, Any]
    expected: dict[str, Any]
    saved_at: datetime
    saved_by: str | None


class ScenariosAnswer(TypedDict):
    """The scenarios of a process, by name."""

    results: list[ScenarioAnswer]


class ResultsAnswer(TypedDict):
    """How each scenario went, and what all of them cover together."""

    results: list[dict[str, Any]]
    coverage: dict[str, Any]
    is_green: bool


def describe_scenario(row: Scenario) -> ScenarioAnswer:
    return {
        "id": row.pk,
        "name": row.name,
        "actions": row.actions,
        "mocks": row.mocks,
        "expected": row.expected,
        "saved_at": row.saved_at,
        "saved_by": row.saved_by.get_username() if row.saved_by else None,
    }


class Simulate(View):
    @operation("simulate", body=TrialBody, answer=TrialAnswer)
    def post(self, request: Request) -> Response:
        """Play actions on files, in memory and with a clock of its own; nothing is stored and no handler runs.

        The same actions always give the same picture: a client keeps the list, adds one and asks again."""
        body = read_body(request, TrialBody)
        return Response(trials.simulate(request.user, read_files(body["files"]), body["actions"], body["mocks"]))


class Scenarios(View):
    @operation("list_scenarios", answer=ScenariosAnswer)
    def get(self, request: Request, key: str) -> Response:
        """The scenarios of a process."""
        found = scenarios.list_scenarios(request.user, key)
        return Response({"results": [describe_scenario(row) for row in found]})

    @operation("save_scenario", body=ScenarioBody, answer=ScenarioAnswer, status=201, scope="deploy")
    def post(self, request: Request, key: str) -> Response:
        """Keep a trial: what it gives on the files now is what is expected of it from here on."""
        body = read_body(request, ScenarioBody)
        row = scenarios.save_scenario(
            request.user, key, body["name"], read_files(body["files"]), body["actions"], body["mocks"],
            aspects=body["aspects"], is_replacing=body["replace"],
        )  # fmt: skip
        return Response(describe_scenario(row), status=201)


class OneScenario(View):
    @operation("get_scenario", answer=ScenarioAnswer)
    def get(self, request: Request, key: str, scenario: int) -> Response:
        """One scenario."""
        return Response(describe_scenario(scenarios.get_scenario(request.user, key, scenario)))

    @operation("delete_scenario", scope="deploy")
    def delete(self, request: Request, key: str, scenario: int) -> Response:
        """It is no longer run before deployments."""
        scenarios.delete_scenario(request.user, key, scenario)
        return Response(status=204)


class RunScenarios(View):
    @operation("run_scenarios", body=RunBody, answer=ResultsAnswer)
    def post(self, request: Request, key: str) -> Response:
        """Run all scenarios of a process, on the given files or else on its draft."""
        body = read_body(request, RunBody)
        files = read_files(body["files"]) or bundles.find(request.user, key, "draft").as_files(key)
        results = scenarios.run_scenarios(request.user, key, files)
        return Response(
            {
                "results": [result.to_json() for result in results],
                "coverage": scenarios.coverage_of(results),
                "is_green": all(result.is_green for result in results),
            }
        )
