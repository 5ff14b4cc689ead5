"""The page of an incident: what was tried, and what the step saw when it failed."""

from __future__ import annotations

import pytest
from django.test import Client

from engine.models import Incident
from engine.service import instances, jobs
from tests.service.diagrams import CHARGED, deploy, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client: Client) -> str:
    """After two failed attempts, and a change of the value that made them fail."""
    deploy(CHARGED)
    instance = instances.start("p", None, variables={"card": "expired-<b>"}, business_key="ORDER-7")
    for message, retries in (("The bank is away", 1), ("The card is refused", 0)):
        (job,) = jobs.lease(["charge-card"], "w", seconds=60)
        jobs.fail(job.id, "w", message, retries=retries, retry_after=0)
    instances.set_variables(instance, None, {"card": "renewed"})
    client.force_login(make_person("operator", "operators"), backend="engine.demo.accounts.SignInBackend")
    return client.get(f"/incidents/{Incident.objects.get().pk}/").content.decode()


def test_each_attempt_is_told_the_newest_first(page: str) -> None:
    last, first = page.rindex("The card is refused"), page.index("The bank is away")
    assert last < first


def test_values_are_those_of_the_failure_and_escaped(page: str) -> None:
    assert "expired-&lt;b&gt;" in page
    assert "renewed" not in page


def test_the_instance_is_called_by_its_business_key(page: str) -> None:
    assert page.count(">ORDER-7</a>") == 2
