"""Processes that take work show themselves; who is silent is dead, and who ends as it should leaves no row."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User

from engine.models import Job, Worker
from engine.service import figures, instances, jobs, versions, work, workers
from engine.service.errors import Forbidden
from engine.worker import running
from engine.worker.heartbeat import Heart
from tests.runtime.conftest import Deploy
from tests.runtime.diagrams import catch, service, simple

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    figures.forget_all()
    versions.forget_all()
    yield
    figures.forget_all()
    versions.forget_all()


def test_a_worker_is_seen_with_what_it_has_and_does(deployed: Deploy) -> None:
    deployed(simple("pays", ("pay", service("pay", "charge"))))
    instances.start_many("pays", None, [instances.Start({})] * 3)
    jobs.lease(["charge"], running.runner().owner, seconds=60, limit=2)
    workers.beat(datetime.now(UTC), ["jobs", "advance"], ["charge"], {"jobs_done": 4})
    (row,) = workers.list_workers(None)
    assert (row.queues, row.types, row.figures) == (["advance", "jobs"], ["charge"], {"jobs_done": 4})
    assert row.version
    assert row.host
    assert (row.is_alive, row.jobs) == (True, 2)  # type: ignore[attr-defined]


def test_who_was_not_seen_for_a_while_is_dead_and_later_forgotten() -> None:
    workers.beat(datetime.now(UTC), [], [], {})
    Worker.objects.update(name="other", seen_at=datetime.now(UTC) - timedelta(seconds=60))
    workers.beat(datetime.now(UTC), [], [], {})
    assert [row.is_alive for row in workers.list_workers(None)] == [True, False]  # type: ignore[attr-defined]
    Worker.objects.filter(name="other").update(seen_at=datetime.now(UTC) - timedelta(days=1))
    workers.beat(datetime.now(UTC), [], [], {})
    assert [row.name for row in workers.list_workers(None)] == [workers.name_process()]


def test_only_operators_see_workers(make_user: Callable[..., User]) -> None:
    with pytest.raises(Forbidden):
        workers.list_workers(make_user("c", "participants"))
    assert workers.list_workers(make_user("o", "operators")) == []


def test_a_heart_beats_until_it_is_stopped_and_then_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "BEAT_SECONDS", 0.01)
    beats = threading.Semaphore(0)
    original = workers.beat

    def beat(*arguments: object) -> None:
        original(*arguments)  # type: ignore[arg-type]
        beats.release()

    monkeypatch.setattr(workers, "beat", beat)
    heart = Heart(["jobs"])
    heart.thread.start()
    for _ in range(3):
        assert beats.acquire(timeout=20)
    assert Worker.objects.count() == 1
    heart.stop()
    assert not heart.thread.is_alive()
    assert not Worker.objects.exists()


def test_a_database_that_is_away_does_not_stop_the_heart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "BEAT_SECONDS", 0.01)
    tried = threading.Semaphore(0)

    def fail(*_: object) -> None:
        tried.release()
        raise OSError("away")

    monkeypatch.setattr(workers, "beat", fail)
    heart = Heart(["jobs"])
    heart.thread.start()
    for _ in range(3):
        assert tried.acquire(timeout=20)
    heart.stop()


def test_lateness_of_timers_is_reported(deployed: Deploy) -> None:
    deployed(simple("pause", ("wait", catch("wait", "duration", "PT0S"))))
    instances.start_many("pause", None, [instances.Start({})] * 3)
    assert work.fire_timers() == 3
    found = figures.read()
    assert found["timers"] == 3
    assert 0 <= found["late_p50"] <= found["late_p99"] <= found["late_most"]
    assert not Job.objects.exists()
