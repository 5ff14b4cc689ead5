"""Tasks on their way between people over the API: delegated, handed back, put off; refused in the words of the page."""

from __future__ import annotations

import pytest

from engine.models import WorkItem
from engine.service import instances
from tests.api.conftest import SignIn
from tests.api.test_api import post, problem_of
from tests.service.diagrams import PLAIN, deploy, item_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(db: None) -> int:
    deploy(PLAIN)
    return int(item_of(instances.start("p", None)).pk)


def test_a_delegated_task_is_done_by_one_and_completed_by_the_other(sign_in_as: SignIn, task: int) -> None:
    owner, helper = sign_in_as("ann", "managers"), sign_in_as("bob")
    post(owner, f"tasks/{task}/claim/")
    assert post(owner, f"tasks/{task}/delegate/", {"user": "bob"}).status_code == 204
    seen = helper.get(f"/api/v1/tasks/{task}/").json()
    assert (seen["assignee"], seen["owner"]) == ("bob", "ann")
    assert problem_of(post(helper, f"tasks/{task}/complete/")) == (403, "delegated")
    assert post(helper, f"tasks/{task}/hand-back/").json() == {"owner": "ann"}
    assert problem_of(post(owner, f"tasks/{task}/hand-back/")) == (409, "not-delegated")
    assert post(owner, f"tasks/{task}/complete/").status_code == 200


def test_a_task_is_delegated_to_somebody_else_who_exists(sign_in_as: SignIn, task: int) -> None:
    owner = sign_in_as("ann", "managers")
    post(owner, f"tasks/{task}/claim/")
    assert problem_of(post(owner, f"tasks/{task}/delegate/", {"user": "ann"})) == (400, "delegate-self")
    assert problem_of(post(owner, f"tasks/{task}/delegate/", {"user": "zoe"})) == (400, "user-unknown")
    assert problem_of(post(owner, f"tasks/{task}/delegate/")) == (400, "request-invalid")


def test_a_plan_changes_what_it_names_and_takes_dates_away(sign_in_as: SignIn, task: int) -> None:
    owner = sign_in_as("ann", "managers")
    post(owner, f"tasks/{task}/claim/")
    plan = {"due": "2031-05-01T12:00:00Z", "follow_up": "2031-04-01T12:00:00Z", "priority": 70}
    assert post(owner, f"tasks/{task}/plan/", plan).status_code == 204
    assert post(owner, f"tasks/{task}/plan/", {"due": None}).status_code == 204
    seen = owner.get(f"/api/v1/tasks/{task}/").json()
    assert (seen["due"], seen["follow_up"], seen["priority"]) == (None, "2031-04-01T12:00:00Z", 70)


@pytest.mark.parametrize(
    "plan",
    [{"due": "soon"}, {"due": 5}, {"priority": 101}, {"priority": None}, {"follow_up": "0001-01-01T00:00:00+23:59"}],
)
def test_a_plan_that_cannot_be_read_changes_nothing(sign_in_as: SignIn, task: int, plan: dict[str, object]) -> None:
    owner = sign_in_as("ann", "managers")
    post(owner, f"tasks/{task}/claim/")
    before = WorkItem.objects.values().get(pk=task)
    assert problem_of(post(owner, f"tasks/{task}/plan/", plan)) == (400, "request-invalid")
    assert WorkItem.objects.values().get(pk=task) == before


def test_only_who_has_the_task_plans_it(sign_in_as: SignIn, task: int) -> None:
    assert problem_of(post(sign_in_as("ann", "managers"), f"tasks/{task}/plan/", {"priority": 1})) == (403, "not-yours")
    assert problem_of(post(sign_in_as("eve"), f"tasks/{task}/plan/", {"priority": 1})) == (404, "task-not-found")
