"""A worker waits at one server, and what it waits for begins at another: PostgreSQL holds it, Redis tells of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import redis

from engine.push.moved import GROUP
from tests.infrastructure.processes import Child, find_free_port
from tests.infrastructure.sites import Site

LONGEST = 30  # of a wait: an answer without a nudge comes then, and is empty
AS_ADMIN: dict[str, Any] = {"auth": ("admin", "admin-demo"), "timeout": 2 * LONGEST}
LISTENERS = f"asgi:group:{GROUP}"  # in Redis: the channels of those who want to hear of work
PROCESS = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" '
    'targetNamespace="t"><process id="{key}" isExecutable="true"><startEvent id="s"/><serviceTask id="work">'
    '<extensionElements><zeebe:taskDefinition type="{key}"/></extensionElements></serviceTask>'
    '<sequenceFlow id="a" sourceRef="s" targetRef="work"/></process></definitions>'
)


@pytest.fixture(scope="module")
def other_server(scaled_site: Site) -> Iterator[str]:
    """A second web server of the same installation, which never looks for jobs unless it is told to."""
    port = find_free_port()
    command = [sys.executable, "-m", "uvicorn", "tests.infrastructure.patient_asgi:application", "--port", str(port)]
    child = Child(command, scaled_site.environment)
    try:
        child.wait_for_line("Application startup complete", 60)
        yield f"http://127.0.0.1:{port}"
    finally:
        child.stop()


def fetch(url: str, key: str) -> list[Any]:
    body = {"worker": "w", "types": [key], "lock": 60, "wait": LONGEST}
    answer = httpx.post(f"{url}/api/v1/jobs/fetch/", json=body, **AS_ADMIN)
    return list(answer.json()["jobs"])


def fetch_and_lock(url: str, key: str) -> list[Any]:
    topic = {"topicName": key, "lockDuration": 60_000}
    body = {"workerId": "w", "maxTasks": 1, "asyncResponseTimeout": 1000 * LONGEST, "topics": [topic]}
    return list(httpx.post(f"{url}/engine-rest/external-task/fetchAndLock", json=body, **AS_ADMIN).json())


def test_the_installation_is_ready_and_people_can_sign_in(scaled_site: Site) -> None:
    """As one process serves both: tests/config/test_serve.py."""
    assert httpx.get(f"{scaled_site.url}/readyz").json() == {"status": "ok", "faults": []}
    assert 'name="password"' in httpx.get(f"{scaled_site.url}/login/").text


@pytest.mark.parametrize("ask", [fetch, fetch_and_lock])
def test_a_worker_that_waits_at_one_server_is_woken_by_a_start_at_the_other(
    scaled_site: Site, other_server: str, redis_url: str, ask: Callable[[str, str], list[Any]]
) -> None:
    key = f"lonely_{ask.__name__}"
    file = {"file": (f"{key}.bpmn", PROCESS.format(key=key).encode())}
    deployed = httpx.post(f"{scaled_site.url}/api/v1/deployments/", files=file, **AS_ADMIN)
    assert deployed.status_code == 201, deployed.text
    with ThreadPoolExecutor(1) as pool, redis.Redis.from_url(redis_url) as channels:
        others = channels.zcard(LISTENERS)
        waiting = pool.submit(ask, other_server, key)
        wait_until(lambda: channels.zcard(LISTENERS) > others, waiting)
        started = httpx.post(f"{scaled_site.url}/api/v1/instances/", json={"process": key}, **AS_ADMIN)
        assert started.status_code == 201, started.text
        assert len(waiting.result(2 * LONGEST)) == 1


def wait_until(holds: Callable[[], bool], waiting: Future[list[Any]]) -> None:
    end = time.monotonic() + LONGEST
    while not holds():
        assert not waiting.done(), waiting.result()
        assert time.monotonic() < end, "it never listens"
        time.sleep(0.02)
