"""What an operator does to a process from its page."""

from __future__ import annotations

import pytest
from django.test import Client

from engine.models import Instance, Process
from engine.service import instances, jobs
from tests.service.diagrams import CHARGED, DECIDED, deploy, make_person

pytestmark = pytest.mark.django_db
ACTIVE, SUSPENDED = Instance.Status.ACTIVE, Instance.Status.SUSPENDED


def signed_in(name: str, *groups: str) -> Client:
    client = Client()
    client.force_login(make_person(name, *groups), backend="engine.demo.accounts.SignInBackend")
    return client


def test_a_process_is_suspended_with_its_instances_and_resumed() -> None:
    deploy(DECIDED)
    one = instances.start("p", None)
    operator = signed_in("operator", "operators", "participants")
    answer = operator.post("/processes/p/suspend/", {"to": "suspended", "with_instances": "1"}, follow=True)
    page = answer.content.decode()
    assert "1 instance rests." in page
    assert "Resume this process" in page
    assert 'href="/start/p/"' not in page, "what is suspended cannot be started"
    assert (Process.objects.get().is_suspended, Instance.objects.get(pk=one).status) == (True, SUSPENDED)
    operator.post("/processes/p/suspend/", {"to": "resumed", "with_instances": "1"})
    assert (Process.objects.get().is_suspended, Instance.objects.get(pk=one).status) == (False, ACTIVE)


def test_what_runs_goes_on_unless_it_is_to_rest_too() -> None:
    deploy(DECIDED)
    one = instances.start("p", None)
    signed_in("operator", "operators").post("/processes/p/suspend/", {"to": "suspended"})
    assert Instance.objects.get(pk=one).status == ACTIVE


def test_who_may_not_operate_has_no_button_and_is_refused() -> None:
    deploy(DECIDED)
    modeler = signed_in("modeler", "modelers")
    assert "/processes/p/suspend/" not in modeler.get("/processes/p/").content.decode()
    modeler.post("/processes/p/suspend/", {"to": "suspended"})
    assert not Process.objects.get().is_suspended


def test_the_page_of_a_process_counts_its_incidents_and_leads_to_them() -> None:
    deploy(CHARGED)
    instances.start("p", None)
    (job,) = jobs.lease(["charge-card"], "w", seconds=60)
    jobs.fail(job.id, "w", "no", retries=0)
    page = signed_in("operator", "operators").get("/processes/p/").content.decode()
    assert '<a class="link link-hover" href="/incidents/?process=p">1</a>' in page
