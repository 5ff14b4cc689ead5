"""Jobs that always fail, hang, give too much or kill whoever does them: each becomes an incident, the others go on."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

import httpx

from tests.faults.driver import PATIENCE, Person, driven, wait_until
from tests.faults.handlers import SECRET
from tests.faults.history import check_history
from tests.faults.mortal import Mortal
from tests.runtime.diagrams import make_file, service, simple

POISONED = {"poisoned.bpmn": make_file(simple("poisoned", ("work", service("work", "poison", retries=1))))}
HOW = ("raises", "hangs", "huge", "unserialisable", "tells")
MOST_DEATHS = 6
PAGES = (
    "/api/v1/instances/{}/state/",
    "/api/v1/instances/{}/history/",
    "/api/v1/incidents/",
    "/instances/{}/",
    "/incidents/",
)


def start(person: Person, how: str) -> int:
    answer = person.post("instances/", {"process": "poisoned", "variables": {"how": how}})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def messages(mortal: Mortal) -> dict[int, Any]:
    lines = mortal.ask("SELECT id >> 24, message FROM engine_incident WHERE status = 0")
    return dict(lines)


def test_poison_is_an_incident_and_holds_up_nobody(mortal: Mortal) -> None:
    admin = Person(mortal, "admin")
    admin.deploy(POISONED)
    poisoned = [start(admin, how) for how in HOW]
    with driven(mortal, 20):
        pass
    wait_until(lambda: messages(mortal).keys() >= set(poisoned), lambda: f"five incidents: {messages(mortal)}")
    check_history(mortal.ask)
    check_nothing_is_told(mortal, admin, poisoned[-1])


def check_nothing_is_told(mortal: Mortal, admin: Person, instance: int) -> None:
    """Its handler has printed, logged and raised a secret: it is in no log, no file, no answer and no page."""
    assert mortal.child is not None
    wait_until(lambda: mortal.child and "called with" in mortal.child.output, "the print")
    assert messages(mortal)[instance] == "••• was refused"
    pages = [admin.client.get(f"{mortal.url}{page.format(instance)}") for page in PAGES]
    assert {page.status_code for page in pages} == {200}
    assert "was refused" in pages[0].text
    told = [page.url for page in pages if SECRET in page.text]
    told += [path for path in mortal.folder.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
    assert not told
    assert SECRET not in mortal.child.output


def test_a_job_that_kills_its_worker_three_times_is_an_incident(mortal: Mortal) -> None:
    admin = Person(mortal, "admin")
    admin.deploy(POISONED)
    with suppress(httpx.TransportError):  # the job may kill the server before that has answered
        start(admin, "kills")
    deaths, end = 0, time.monotonic() + PATIENCE
    while not messages(mortal):
        assert time.monotonic() < end, "it is no incident"
        assert mortal.child is not None
        if mortal.child.process.poll() is not None:
            deaths += 1
            assert deaths <= MOST_DEATHS, "it goes on killing"
            mortal.restart()
        time.sleep(0.05)
    [message] = messages(mortal).values()
    assert "three times" in message
    with driven(mortal, 10):
        pass
    check_history(mortal.ask)
