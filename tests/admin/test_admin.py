"""The admin shows what runs, edits none of it, and asks no more of the database for many rows than for few."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from engine.models import (
    Deployment,
    Incident,
    Instance,
    Job,
    Process,
    ProcessRight,
    ProcessVersion,
    State,
    Step,
    Subscription,
    Timer,
    Token,
    Transition,
    WorkItem,
)
from engine.models.keys import span
from engine.service import instances, jobs, versions
from engine.service.errors import Conflict
from tests.service.diagrams import CHARGED, DECIDED, LATE, SIGNALLED, deploy

# Routes and roles: the queries behind them are asked on both databases by the tests of the services.
pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

PAGES: tuple[type[Model], ...] = (
    Process,
    ProcessVersion,
    Deployment,
    Instance,
    Token,
    Step,
    WorkItem,
    Timer,
    Subscription,
    Job,
    Incident,
)


@pytest.fixture(autouse=True)
def fresh_machines() -> Iterator[None]:
    versions.forget_all()
    yield
    versions.forget_all()


@pytest.fixture
def staff(client: Client) -> Client:
    user = get_user_model().objects.create_superuser("root", password="a-password-of-tests")
    client.force_login(user)
    return client


@pytest.fixture
def rows() -> None:
    """At least one row of every kind."""
    for number, text in enumerate((LATE, SIGNALLED, CHARGED)):
        deploy(text.replace('id="p"', f'id="p{number}"'))
        instances.start(f"p{number}", None, variables={"note": "<b>bold</b>"}, business_key=f"K{number}")
    jobs.lease(["charge-card"], "w", seconds=60)
    jobs.fail(Job.objects.get().pk, "w", "<script>alert(1)</script>", retries=0)


def address(model: type[Model], page: str, *arguments: object) -> str:
    return reverse(f"admin:engine_{model._meta.model_name}_{page}", args=arguments)


def first(model: type[Model]) -> Model:
    row = model._default_manager.first()
    assert row is not None, f"the fixture has no {model.__name__}"
    return row


@pytest.mark.parametrize("model", PAGES)
def test_the_list_and_the_page_of_a_row_open(staff: Client, rows: None, model: type[Model]) -> None:
    listed = staff.get(address(model, "changelist"))
    opened = staff.get(address(model, "change", first(model).pk))
    assert (listed.status_code, opened.status_code) == (200, 200)
    for page in (listed, opened):
        assert b"<script>alert" not in page.content
        assert b"<b>bold</b>" not in page.content


@pytest.mark.parametrize("model", PAGES)
def test_no_row_is_added_changed_or_deleted(staff: Client, rows: None, model: type[Model]) -> None:
    row = first(model)
    before = model._default_manager.filter(pk=row.pk).values().get()
    assert staff.get(address(model, "add")).status_code == 403
    assert staff.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403
    staff.post(address(model, "change", row.pk), {"name": "changed", "log": "[]", "message": "changed", "status": "1"})
    staff.post(address(model, "changelist"), {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"})
    assert model._default_manager.filter(pk=row.pk).values().get() == before


def test_a_version_shows_the_states_and_transitions_that_run(staff: Client) -> None:
    deploy(DECIDED)
    page = staff.get(address(ProcessVersion, "change", ProcessVersion.objects.get().pk)).content.decode()
    for state in State.objects.all():
        assert state.key in page
    guard = Transition.objects.get(flow="yes").guard_text
    assert guard.replace('"', "&quot;") in page


@pytest.mark.parametrize("model", [Instance, Token, Step, WorkItem, Timer])
def test_many_rows_take_as_many_queries_as_few_and_none_is_a_full_count(staff: Client, model: type[Model]) -> None:
    deploy(LATE)
    instances.start("p", None)
    staff.get(address(model, "changelist"))
    with CaptureQueriesContext(
        connection,
    ) as few:
        staff.get(address(model, "changelist"))
    for _ in range(15):
        instances.start("p", None)
    with CaptureQueriesContext(connection) as many:
        staff.get(address(model, "changelist"))
    assert len(many) == len(few)
    assert not [query["sql"] for query in many if "COUNT(" in query["sql"] and "engine_" in query["sql"]]


def test_a_version_of_many_states_takes_as_many_queries_as_a_small_one(staff: Client) -> None:
    deploy(LATE)
    small = ProcessVersion.objects.get().pk
    tasks = "".join(f'<task id="t{number}"/>' for number in range(30))
    ways = "".join(f'<sequenceFlow id="w{n}" sourceRef="t{n}" targetRef="t{n + 1}"/>' for n in range(29))
    deploy(LATE.replace("</process>", f"{tasks}{ways}</process>").replace('id="p"', 'id="large"'))
    large = ProcessVersion.objects.get(process__key="large").pk
    staff.get(address(ProcessVersion, "change", small))
    with CaptureQueriesContext(connection) as few:
        staff.get(address(ProcessVersion, "change", small))
    with CaptureQueriesContext(connection) as many:
        staff.get(address(ProcessVersion, "change", large))
    assert len(many) == len(few)


def test_rows_are_found_by_their_instance(staff: Client, rows: None) -> None:
    instance = Instance.objects.get(business_key="K0").pk
    found = staff.get(address(Token, "changelist"), {"q": str(instance)}).context["cl"].result_list
    assert {row.pk for row in found} == set(Token.objects.filter(id__range=span(instance)).values_list("pk", flat=True))
    by_key = staff.get(address(Instance, "changelist"), {"q": "K0"}).context["cl"].result_list
    assert [row.pk for row in by_key] == [instance]


@pytest.mark.parametrize("term", ["nothing", "9" * 30, "-1", "٣", "'; DROP TABLE engine_token"])
def test_a_search_for_no_instance_finds_nothing(staff: Client, rows: None, term: str) -> None:
    for model in (Token, Step, Instance):
        assert not list(staff.get(address(model, "changelist"), {"q": term}).context["cl"].result_list)


def test_rights_of_a_process_are_given_here(staff: Client) -> None:
    deploy(LATE)
    process = Process.objects.get()
    group = Group.objects.create(name="planners")
    form = {
        "rights-TOTAL_FORMS": "1",
        "rights-INITIAL_FORMS": "0",
        "rights-0-group": group.pk,
        "rights-0-may_start": "on",
        "rights-0-process": process.pk,
    }
    assert staff.post(address(Process, "change", process.pk), form).status_code == 302
    right = ProcessRight.objects.get()
    assert (right.group, right.may_start, right.may_edit) == (group, True, False)


def test_who_is_no_staff_sees_nothing(client: Client, rows: None) -> None:
    client.force_login(get_user_model().objects.create_user("clerk", password="a-password-of-tests"))
    for model in PAGES:
        assert client.get(address(model, "changelist")).status_code == 302


# Shown with what they belong to, or nothing but a counter.
WITHIN = {
    "State", "Transition", "ProcessStart", "ProcessRight", "DeployedFile", "RepairItem", "BackfillRun", "Audience", "AudienceMember",
    "Counter", "Allowance", "SignInFailure", "Starter"}  # fmt: skip


def test_every_table_has_its_page() -> None:
    own = [model for name in ("engine", "api") for model in apps.get_app_config(name).get_models()]
    missing = {model.__name__ for model in own if not admin.site.is_registered(model)}
    assert missing == WITHIN


def act(client: Client, model: type[Model], action: str, *keys: object) -> str:
    answer = client.post(
        address(model, "changelist"), {"action": action, "_selected_action": [str(key) for key in keys]}, follow=True
    )
    return answer.content.decode()


def test_an_older_version_is_retired_and_brought_back(staff: Client) -> None:
    deploy(DECIDED)
    deploy(DECIDED.replace("Review", "Look"))
    older, latest = ProcessVersion.objects.order_by("number")
    page = act(staff, ProcessVersion, "retire", older.pk, latest.pk)
    assert "1 retired." in page
    assert "Deploy another one first" in page
    with pytest.raises(Conflict):
        instances.start("p", None, version=1)
    act(staff, ProcessVersion, "bring_back", older.pk)
    assert instances.start("p", None, version=1)


def test_a_job_is_taken_from_its_worker(staff: Client) -> None:
    deploy(CHARGED)
    instances.start("p", None)
    (job,) = jobs.lease(["charge-card"], "dead", seconds=3600)
    assert "1 unlocked." in act(staff, Job, "unlock", job.id)
    assert [one.id for one in jobs.lease(["charge-card"], "alive", seconds=60)] == [job.id]
    Job.objects.update(owner=None)
    assert "Nobody has this job." in act(staff, Job, "unlock", job.id)


def test_an_incident_is_tried_again(staff: Client, rows: None) -> None:
    incident = Incident.objects.get()
    assert "1 tried again." in act(staff, Incident, "retry", incident.pk)
    assert Incident.objects.get().get_status_display() == "resolved"
    assert "closed already" in act(staff, Incident, "retry", incident.pk)
