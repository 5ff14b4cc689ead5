"""Sensors: they wait for a file or an answer, with pauses that grow, and hold nobody while they wait."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from engine.models import Incident, Instance, Job, Step
from engine.service import breakers, instances, versions
from engine.worker import running
from engine.worker.handlers import HANDLERS, handler
from engine.worker.results import Later
from tests.infrastructure.receiver import Receiver, run_receiver
from tests.runtime.conftest import Deploy
from tests.runtime.diagrams import boundary, end, line, make_process, service, simple, start
from tests.worker.test_connectors import task

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    """The folder of the sensors; a file beside it is none of theirs."""
    settings.OUTGOING_NETWORKS = ["127.0.0.0/8"]
    found = tmp_path / "incoming"
    found.mkdir()
    (tmp_path / "secret.csv").write_text("not yours")
    settings.SENSOR_FOLDER = str(found)
    versions.forget_all()
    breakers.forget_all()
    yield found
    versions.forget_all()
    breakers.forget_all()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with run_receiver() as found:
        yield found


def begin(deploy: Deploy, inputs: dict[str, Any], headers: dict[str, str] | None = None) -> int:
    deploy(simple("waits", ("call", task("statewright:sensor", inputs, headers))))
    one = instances.start("waits", None, variables={"day": "2030-01-31"})
    assert running.run_jobs() == 1
    return one


def look_again() -> None:
    """As if the pause were over."""
    Job.objects.update(available_at=datetime.now(UTC))
    assert running.run_jobs() == 1


def pause() -> float:
    available = Job.objects.get().available_at
    assert available is not None
    return round((available - datetime.now(UTC)).total_seconds())


def wait_so_long(time: timedelta) -> None:
    job = Job.objects.get()
    since = datetime.fromisoformat(job.progress["since"]) - time
    Job.objects.update(progress={**job.progress, "since": since.isoformat()})


def status(instance: int) -> Any:
    return Instance.Status(Instance.objects.get(pk=instance).status)


def test_a_sensor_waits_for_a_file_and_goes_on_with_it(deployed: Deploy, folder: Path) -> None:
    one = begin(deployed, {"file": '="sales/" + day + ".csv"'}, {"resultVariable": "found"})
    assert status(one) == Instance.Status.ACTIVE
    (folder / "sales").mkdir()
    (folder / "sales" / "2030-01-31.csv").write_text("a;b")
    look_again()
    found = Instance.objects.get(pk=one)
    assert found.status == Instance.Status.COMPLETED
    assert {name: found.variables["found"][name] for name in ("name", "path", "size")} == {
        "name": "2030-01-31.csv", "path": "sales/2030-01-31.csv", "size": 3,
    }  # fmt: skip


def test_a_look_that_finds_nothing_burns_no_attempt_and_holds_no_worker(deployed: Deploy) -> None:
    one = begin(deployed, {"file": "never.csv"})
    steps = Step.objects.count()
    for _ in range(5):
        look_again()
    job = Job.objects.get()
    assert (job.retries, job.attempts, job.lapses, job.owner, job.failures) == (3, 0, 0, None, None)
    assert (job.progress["looks"], job.progress["last"]) == (6, "there is no file never.csv")
    assert running.run_jobs() == 0, "its pause is not over"
    assert Step.objects.count() == steps, "nothing has happened that history should keep"
    assert (status(one), Incident.objects.count()) == (Instance.Status.ACTIVE, 0)


def test_pauses_grow_by_the_factor_up_to_the_longest(deployed: Deploy) -> None:
    begin(deployed, {"file": "x", "interval": "PT10S", "factor": 3, "mostInterval": "PT1M"})
    pauses = [pause()]
    for _ in range(3):
        look_again()
        pauses.append(pause())
    assert pauses == [10, 30, 60, 60]


def test_when_the_time_is_over_it_is_a_bpmn_error_after_a_last_look(deployed: Deploy) -> None:
    xml = task("statewright:sensor", {"file": "x", "interval": "PT1H", "timeout": "PT90M", "timeoutCode": "MISSING"})
    process = make_process(
        "waits", start(), xml, end(), boundary("missing", "call", "error", "MISSING"), end("asked"),
        line("start", "call", "end"), line("missing", "asked"),
    )  # fmt: skip
    deployed(process, roots='<error id="error-MISSING" errorCode="MISSING"/>')
    one = instances.start("waits", None)
    running.run_jobs()
    wait_so_long(timedelta(hours=1))
    look_again()
    assert pause() == 30 * 60, "the last look is when the time is over"
    wait_so_long(timedelta(minutes=30))
    look_again()
    assert (status(one), Incident.objects.count()) == (Instance.Status.COMPLETED, 0)


def test_a_file_must_fulfil_the_condition(deployed: Deploy, folder: Path) -> None:
    (folder / "a.csv").write_text("")
    one = begin(deployed, {"file": "*.csv"}, {"condition": "=file.size > 0", "resultExpression": "={path: file.path}"})
    assert Job.objects.get().progress["last"] == "the condition does not hold"
    (folder / "a.csv").write_text("1")
    look_again()
    assert Instance.objects.get(pk=one).variables["path"] == "a.csv"


@pytest.mark.parametrize(
    "path", ["../secret.csv", "/etc/passwd", "link.csv", "out/secret.csv", "**/*.csv", "sub/../../x"]
)
def test_no_path_leads_out_of_the_folder(deployed: Deploy, folder: Path, path: str) -> None:
    (folder / "link.csv").symlink_to(folder.parent / "secret.csv")
    (folder / "out").symlink_to(folder.parent)
    one = begin(deployed, {"file": path})
    assert status(one) == Instance.Status.ACTIVE


def test_without_a_folder_no_file_is_looked_for(deployed: Deploy, settings: Settings) -> None:
    settings.SENSOR_FOLDER = ""
    begin(deployed, {"file": "a.csv"})
    assert "SENSOR_FOLDER is empty" in Incident.objects.get().message


def test_a_sensor_waits_until_an_address_answers(deployed: Deploy, receiver: Receiver) -> None:
    receiver.answers = [(404, b"", {}), (503, b"", {}), (200, b'{"rows": 3}', {"Content-Type": "application/json"})]
    one = begin(deployed, {"url": receiver.url + "/export"}, {"resultExpression": "={rows: response.body.rows}"})
    assert Job.objects.get().progress["last"] == "the answer was 404"
    look_again()
    look_again()
    assert Instance.objects.get(pk=one).variables["rows"] == 3
    assert [request.method for request in receiver.requests] == ["GET"] * 3


def test_the_condition_alone_says_which_answer_is_the_right_one(deployed: Deploy, receiver: Receiver) -> None:
    json = {"Content-Type": "application/json"}
    receiver.answers = [(401, b"null", json), (200, b'{"state": "running"}', json), (200, b'{"state": "done"}', json)]
    one = begin(deployed, {"url": receiver.url}, {"condition": '=response.body.state = "done"'})
    look_again()
    assert status(one) == Instance.Status.ACTIVE
    look_again()
    assert status(one) == Instance.Status.COMPLETED


def test_an_answer_that_no_waiting_changes_is_an_incident(deployed: Deploy, receiver: Receiver) -> None:
    receiver.answer(401, b"who are you?")
    begin(deployed, {"url": receiver.url})
    assert "401" in Incident.objects.get().message


def test_an_address_that_cannot_be_reached_is_looked_at_again(deployed: Deploy) -> None:
    begin(deployed, {"url": "http://127.0.0.1:9/"})
    assert "could not be reached" in Job.objects.get().progress["last"]


@pytest.mark.parametrize(
    ("inputs", "headers", "words"),
    [
        ({}, {}, "needs a file or a URL"),
        ({"file": "a", "url": "http://example.org"}, {}, "and not both"),
        ({"file": "a", "interval": "soon"}, {}, "“soon” is no duration"),
        ({"file": "a.csv"}, {"condition": "=1 +"}, "cannot be read"),
        ({"file": "a.csv"}, {"condition": "=file.size"}, "neither true nor false"),
    ],
)
def test_a_sensor_that_cannot_be_meant_is_an_incident(
    deployed: Deploy, folder: Path, inputs: dict[str, Any], headers: dict[str, str], words: str
) -> None:
    (folder / "a.csv").write_text("1")
    begin(deployed, inputs, headers)
    assert words in Incident.objects.get().message


def test_a_suspended_sensor_does_not_look_until_it_is_resumed(deployed: Deploy, folder: Path) -> None:
    one = begin(deployed, {"file": "a.csv"})
    (folder / "a.csv").write_text("1")
    instances.suspend(one, None)
    assert Job.objects.get().available_at is None
    instances.resume(one, None)
    assert running.run_jobs() == 1
    assert status(one) == Instance.Status.COMPLETED


def test_a_handler_of_ones_own_can_put_its_job_off(deployed: Deploy) -> None:
    seen: list[Any] = []

    def poll(job: Any) -> Any:
        seen.append(dict(job.progress))
        return {"found": True} if len(seen) > 2 else Later(60, {"page": len(seen)})

    handler("poll")(poll)
    try:
        deployed(simple("waits", ("call", service("call", "poll"))))
        one = instances.start("waits", None)
        running.run_jobs()
        look_again()
        look_again()
    finally:
        del HANDLERS["poll"]
    assert seen == [{}, {"page": 1}, {"page": 2}]
    assert Instance.objects.get(pk=one).variables == {"found": True}
