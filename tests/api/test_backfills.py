"""Backfills over the API: started with the number that was expected, read date by date, retried."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from engine.service import jobs
from engine.service.backfill_work import continue_backfills
from tests.api.conftest import SignIn
from tests.service.diagrams import deploy
from tests.service.test_backfill import NIGHTLY

pytestmark = pytest.mark.django_db
RANGE = {"first": "2030-01-01", "last": "2030-01-03", "limit": 2}


@pytest.fixture
def operator(sign_in_as: SignIn) -> APIClient:
    deploy(NIGHTLY)
    return sign_in_as("operator", "operators")


def start(client: APIClient, **more: object) -> dict[str, object]:
    answer = client.post("/api/v1/processes/p/backfills/", RANGE | more, format="json")
    assert answer.status_code == 201, answer.content
    found: dict[str, object] = answer.json()
    return found


def test_a_backfill_is_started_and_read_date_by_date(operator: APIClient) -> None:
    made = start(operator, count=3)
    assert [run["state"] for run in made["runs"]] == ["waiting"] * 3
    continue_backfills()
    read = operator.get(f"/api/v1/backfills/{made['id']}/").json()
    assert [(run["date"], run["state"]) for run in read["runs"]] == [
        ("2030-01-01", "running"), ("2030-01-02", "running"), ("2030-01-03", "waiting"),
    ]  # fmt: skip
    (listed,) = operator.get("/api/v1/processes/p/backfills/").json()["results"]
    assert (listed["id"], listed["variable"], listed["actor"]) == (made["id"], "day", "operator")


def test_another_number_than_expected_starts_nothing(operator: APIClient) -> None:
    answer = operator.post("/api/v1/processes/p/backfills/", RANGE | {"count": 2}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (409, "backfill-changed")


@pytest.mark.parametrize("wrong", [{"first": "soon"}, {"first": 3}, {"limit": 51}, {"every": "hour"}, {"more": 1}])
def test_what_does_not_fit_is_named(operator: APIClient, wrong: dict[str, object]) -> None:
    answer = operator.post("/api/v1/processes/p/backfills/", RANGE | wrong, format="json")
    assert answer.status_code == 400
    assert next(iter(wrong)) in answer.content.decode()


def test_it_is_paused_resumed_retried_and_cancelled(operator: APIClient) -> None:
    address = f"/api/v1/backfills/{start(operator)['id']}/"
    continue_backfills()
    for found in jobs.lease(["charge-card"], "w", seconds=60):
        jobs.fail(found.id, "w", "No answer", retries=0)
    assert operator.post(address + "pause/").status_code == 204
    assert operator.post(address + "pause/").status_code == 409
    assert operator.post(address + "resume/").status_code == 204
    retried = operator.post(address + "retry/", {"dates": ["2030-01-02"]}, format="json")
    assert retried.json() == {"dates": 1}
    assert operator.post(address + "cancel/", {"stop_runs": True}, format="json").status_code == 204
    continue_backfills()
    assert operator.get(address).json()["status"] == "cancelled"
    assert [run["state"] for run in operator.get(address).json()["runs"]] == ["cancelled", "cancelled", "waiting"]
