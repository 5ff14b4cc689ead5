"""Workers outside, over a live server: they wait without cost, wake at once, and who goes away gets nothing."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from api.client import BpmnError, Client, Job, Problem, Start, Worker
from tests.clients.conftest import wait_for
from tests.infrastructure.processes import ROOT
from tests.infrastructure.sites import Site
from tests.service.diagrams import CAUGHT, CHARGED

ADMIN = ("admin", "admin-demo")


@pytest.fixture
def client(embedded_site: Site) -> Iterator[Client]:
    with Client(embedded_site.url, user=ADMIN[0], password=ADMIN[1]) as found:
        yield found


def deploy(client: Client, key: str, text: str = CHARGED) -> str:
    """A process with one job of a type of its own."""
    content = text.replace('id="p"', f'id="{key}"').replace("charge-card", key)
    client.call("POST", "deployments/", json={"files": [{"name": f"{key}.bpmn", "content": content}]})
    return key


def test_a_worker_that_waits_gets_the_job_as_soon_as_it_is_made(client: Client) -> None:
    key = deploy(client, "waited-for")
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(client.fetch_jobs, "w", [key], wait=20)
        instance = client.start(key)
        (job,) = waiting.result(15)
    assert (job.instance, job.type) == (instance.id, key)


def test_one_job_goes_to_one_of_many_that_wait(client: Client) -> None:
    key = deploy(client, "one-of-many")
    with ThreadPoolExecutor(10) as pool:
        waiting = [pool.submit(client.fetch_jobs, f"w{number}", [key], wait=3) for number in range(10)]
        client.start(key)
        found = [len(one.result(15)) for one in waiting]
    assert sorted(found) == [0] * 9 + [1]


def test_a_worker_that_went_away_while_it_waited_gets_nothing_locked(client: Client, embedded_site: Site) -> None:
    key = deploy(client, "gone-away")
    body = {"worker": "gone", "types": [key], "wait": 30, "lock": 600}
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(f"{embedded_site.url}/api/v1/jobs/fetch/", json=body, auth=ADMIN, timeout=1.5)
    client.start(key)
    (job,) = client.fetch_jobs("alive", [key], wait=5)
    assert job.attempts == 1


def test_time_that_is_up_is_answered_with_nothing(client: Client) -> None:
    assert client.fetch_jobs("w", ["nobody-makes-these"], wait=0.3) == []


def test_a_worker_does_jobs_throws_errors_and_fails(client: Client) -> None:
    key = deploy(client, "all-kinds", CAUGHT)
    worker = Worker(client, "test", lock=5, wait=2)

    @worker(key)
    def work(job: Job) -> dict[str, Any]:
        if job.variables["amount"] < 0:
            raise BpmnError("DECLINED", "below nothing")
        if job.variables["amount"] == 13:
            raise RuntimeError("unlucky")
        return {"doubled": job.variables["amount"] * 2}

    thread = threading.Thread(target=worker.run)
    thread.start()
    try:
        done = client.start(key, {"amount": 21}, wait=15)
        thrown = client.start(key, {"amount": -1}, wait=15)
        failed = client.start(key, {"amount": 13})
        (jobs, *_) = wait_for(lambda: client.call("GET", "jobs/", params={"instance": failed.id})["results"])
        wait_for(lambda: client.call("GET", "jobs/", params={"instance": failed.id})["results"][0]["failures"])
    finally:
        worker.stop()
        thread.join(20)
    assert (done.status, done.variables["doubled"]) == ("completed", 42)
    assert thrown.status == "completed"
    assert jobs["type"] == key


def test_await_answers_with_what_the_worker_gave(client: Client) -> None:
    key = deploy(client, "awaited")

    def work() -> None:
        (job,) = client.fetch_jobs("w", [key], wait=15)
        client.complete_job("w", job.id, {"reference": "r"})

    with ThreadPoolExecutor() as pool:
        working = pool.submit(work)
        started = client.start(key, wait=15)
        working.result(15)
    assert (started.status, started.variables) == ("completed", {"reference": "r"})


def test_await_gives_up_when_its_time_is_up(client: Client) -> None:
    assert client.start(deploy(client, "never-done"), wait=0.3).status == "active"


def test_many_are_started_at_once_and_sent_again_as_a_whole(client: Client) -> None:
    key = deploy(client, "started")
    starts = [Start({"number": number}, f"order-{number}") for number in range(3)]
    answers = [list(client.start_many(key, starts, idempotency_key="import-7")) for _ in range(2)]
    assert answers[0] == answers[1]
    assert {client.instance(str(one)).business_key for one in answers[0]} == {"order-0", "order-1", "order-2"}
    (refused,) = client.start_many(key, [Start({"text": "x" * 2_000_000})])
    assert isinstance(refused, Problem)
    assert refused.code == "variables-too-large"


def test_jobs_are_completed_many_at_once_each_for_itself(client: Client) -> None:
    key = deploy(client, "many")
    for _ in range(3):
        client.start(key)
    mine = client.fetch_jobs("w", [key], limit=2)
    (others,) = client.fetch_jobs("other", [key])
    body = {"worker": "w", "jobs": [{"id": job.id} for job in [*mine, others]]}
    results = client.call("POST", "jobs/complete/", json=body)["results"]
    assert [one["status"] for one in results] == [204, 204, 409]
    assert results[2]["problem"]["code"] == "lease-lost"


def test_a_refusal_is_a_problem_with_its_code(client: Client) -> None:
    with pytest.raises(Problem) as refused:
        client.start("no-such-process")
    assert (refused.value.status, refused.value.code) == (404, "process-not-found")


def test_the_client_needs_nothing_of_the_server() -> None:
    code = "import sys, api.client; print([name for name in sys.modules if name.split('.')[0] in ('django', 'rest_framework', 'engine')])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
