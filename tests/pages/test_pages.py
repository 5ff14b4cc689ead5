"""What pages answer, to whom, without a browser."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client
from pytest_django.fixtures import Settings

from engine.models import Instance, WorkItem

pytestmark = pytest.mark.django_db
SignedIn = Callable[[str], Client]


@pytest.fixture
def signed_in(settings: Settings) -> SignedIn:
    """A client of a demo account; the demo's three expenses wait for the managers."""
    settings.DEBUG = True
    call_command("demo", verbosity=0)
    settings.DEBUG = False

    def enter(name: str) -> Client:
        client = Client()
        client.force_login(get_user_model().objects.get(username=name), backend="engine.demo.accounts.SignInBackend")
        return client

    return enter


@pytest.fixture
def task(signed_in: SignedIn) -> int:
    """The first expense's approval."""
    return int(WorkItem.objects.order_by("pk")[0].pk)


def submit(client: Client, task: int, body: dict[str, Any]) -> Any:
    return client.post(f"/api/v1/tasks/{task}/submit/", body, content_type="application/json")


@pytest.mark.parametrize("path", ["/", "/inbox/", "/start/", "/processes/", "/instances/", "/inbox/count/"])
def test_pages_are_for_people_who_signed_in(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/")


@pytest.mark.parametrize("path", ["/processes/import/", "/processes/new/"])
def test_looking_at_the_address_of_a_form_leads_to_where_it_is_sent_from(signed_in: SignedIn, path: str) -> None:
    answer = signed_in("designer").get(path)
    assert (answer.status_code, answer["Location"]) == (302, "/processes/")


def test_task_of_others_does_not_exist(signed_in: SignedIn, task: int) -> None:
    assert signed_in("clerk").get(f"/inbox/{task}/").status_code == 404


def test_task_links_to_the_instance_only_for_who_may_see_it(signed_in: SignedIn, task: int) -> None:
    instance = f'href="/instances/{WorkItem.objects.get(pk=task).instance_id}/"'
    assert instance not in signed_in("manager").get(f"/inbox/{task}/").content.decode()
    assert instance in signed_in("admin").get(f"/inbox/{task}/").content.decode()


def test_top_bar_counts_what_waits_for_each_person(signed_in: SignedIn) -> None:
    counts = {name: signed_in(name).get("/inbox/count/").json()["count"] for name in ("manager", "clerk")}
    assert counts == {"manager": 3, "clerk": 0}


def test_form_that_does_not_fit_is_refused_field_by_field_and_nothing_moves(signed_in: SignedIn, task: int) -> None:
    answer = submit(signed_in("manager"), task, {"variables": {"amount": 1, "comment": "x" * 501}, "outcome": "maybe"})
    assert answer.status_code == 400
    assert {problem["field"] for problem in answer.json()["problems"]} == {"amount", "comment", "outcome"}
    assert WorkItem.objects.get(pk=task).status == WorkItem.Status.OPEN


def test_form_that_fits_moves_the_process(signed_in: SignedIn, task: int) -> None:
    answer = submit(signed_in("manager"), task, {"variables": {"comment": "No"}, "outcome": "reject"})
    assert (answer.status_code, answer.json()["next"]) == (200, "/inbox/")
    item = WorkItem.objects.get(pk=task)
    assert (item.status, item.ended_by) == (WorkItem.Status.DONE, "manager")
    ended = Instance.objects.get(pk=item.instance_id)
    assert (ended.status, ended.variables["comment"]) == (Instance.Status.COMPLETED, "No")


def test_start_form_is_checked_before_anything_starts(signed_in: SignedIn) -> None:
    before = Instance.objects.count()
    answer = signed_in("clerk").post(
        "/api/v1/processes/expense_approval/start/", {"variables": {"amount": -1}}, content_type="application/json"
    )
    assert answer.status_code == 400
    assert {problem["field"] for problem in answer.json()["problems"]} == {"amount", "reason"}
    assert Instance.objects.count() == before


def test_instance_is_not_cancelled_without_a_reason(signed_in: SignedIn) -> None:
    instance = Instance.objects.order_by("pk")[0]
    admin = signed_in("admin")
    admin.post(f"/instances/{instance.pk}/cancel/", {"reason": "  "})
    instance.refresh_from_db()
    assert instance.status == Instance.Status.ACTIVE
    admin.post(f"/instances/{instance.pk}/cancel/", {"reason": "Entered twice"})
    instance.refresh_from_db()
    assert instance.status not in (Instance.Status.ACTIVE, Instance.Status.SUSPENDED)


def test_who_may_not_operate_is_offered_no_cancelling(signed_in: SignedIn) -> None:
    instance = Instance.objects.order_by("pk")[0]
    assert b"cancel-dialog" not in signed_in("designer").get(f"/instances/{instance.pk}/").content
    assert b"cancel-dialog" in signed_in("operator").get(f"/instances/{instance.pk}/").content


def test_designer_of_who_may_only_look_is_the_process_page(signed_in: SignedIn) -> None:
    answer = signed_in("operator").get("/processes/expense_approval/edit/", follow=True)
    assert answer.redirect_chain == [("/processes/expense_approval/", 302)]
    assert "not edit" in answer.content.decode()


def test_missing_page_says_so_in_the_projects_own_words(signed_in: SignedIn) -> None:
    answer = signed_in("clerk").get("/processes/expense_approval/")
    assert answer.status_code == 404
    assert "Go to the home page" in answer.content.decode()
