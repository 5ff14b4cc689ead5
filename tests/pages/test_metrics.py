"""/metrics: the figures of the installation for Prometheus, and who may read them."""

from typing import Any

import pytest
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from engine.service import instances, jobs
from tests.service.diagrams import CHARGED, deploy, make_person

pytestmark = pytest.mark.django_db


def read(client: Client, **headers: str) -> dict[tuple[str, str], float]:
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in families
        for sample in family.samples
    }


def test_the_figures_say_what_runs_waits_and_stands_still(client: Client, settings: Any) -> None:
    settings.METRICS_TOKEN = "scrape-me"
    deploy(CHARGED)
    for _turn in range(3):
        instances.start("p", None)
    (failed,) = jobs.lease(["charge-card"], "w", seconds=60, limit=1)
    jobs.fail(failed.id, "w", "no", retries=0)
    found = read(client, authorization="Bearer scrape-me")
    assert found["statewright_instances_running", ""] == 3
    assert found["statewright_incidents_open", ""] == 1
    assert found["statewright_jobs", "waiting,charge-card"] == 2
    assert found["statewright_jobs", "stuck,charge-card"] == 1
    assert found["statewright_queue_due", "timers"] == 0


@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer wrong", "Basic scrape-me", "Bearer é"])
def test_without_the_token_nothing_is_told(client: Client, settings: Any, given: str) -> None:
    settings.METRICS_TOKEN = "scrape-me"
    assert client.get("/metrics", headers={"authorization": given}).status_code == 401
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"authorization": given}).status_code == 401


def test_operators_read_them_in_their_session_and_others_do_not(client: Client) -> None:
    client.force_login(make_person("olga", "operators"))
    assert ("statewright_instances_running", "") in read(client)
    client.force_login(make_person("carl", "participants"))
    assert client.get("/metrics").status_code == 401
