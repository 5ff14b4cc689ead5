"""The clock jumps, and messages come in a storm: timers neither lost nor fired twice, each message counts once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta, tzinfo
from random import Random

import pytest
from django.db import connection

from engine.core.model.problems import CorrelationError
from engine.models import Instance, Timer
from engine.service import advance, instances, jobs, work
from engine.service.errors import ServiceError
from tests.faults.history import ask_django, check_history
from tests.runtime.conftest import Deploy
from tests.runtime.diagrams import catch, message, service, simple

pytestmark = pytest.mark.django_db(transaction=True)

COMPLETED = Instance.Status.COMPLETED
HOUR = timedelta(hours=1)


class Clock(datetime):
    """What the service takes for the time: the real one, and how far somebody has put it wrong."""

    wrong = timedelta(0)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + cls.wrong


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Clock]]:
    for module in (advance, jobs, work):
        monkeypatch.setattr(module, "datetime", Clock)
    yield Clock
    Clock.wrong = timedelta(0)


def completed() -> int:
    return Instance.objects.filter(status=COMPLETED).count()


def test_timers_survive_a_clock_that_jumps_ahead_and_back(deployed: Deploy, clock: type[Clock]) -> None:
    deployed(simple("pause", ("wait", catch("wait", "duration", "PT30M"))))
    for _ in range(3):
        instances.start("pause", None)
    assert work.fire_timers() == 0
    clock.wrong = -HOUR
    instances.start("pause", None)  # due half an hour ago, by the right time
    assert work.fire_timers() == 0
    clock.wrong = timedelta(0)
    assert (work.fire_timers(), completed()) == (1, 1)
    clock.wrong = HOUR
    assert (work.fire_timers(), completed()) == (3, 4)
    clock.wrong = -HOUR
    for _ in range(3):
        clock.wrong -= timedelta(seconds=10)
        assert work.fire_timers() == 0
    clock.wrong = HOUR
    assert (work.fire_timers(), Timer.objects.count()) == (0, 0)
    games = check_history(ask_django)
    assert [game.entered["end"] for game in games.values()] == [1] * 4


def test_a_job_that_a_jump_takes_from_its_worker_has_one_result_under_one_key(
    deployed: Deploy, clock: type[Clock]
) -> None:
    deployed(simple("pays", ("pay", service("pay", "charge"))))
    one = instances.start("pays", None)
    (mine,) = jobs.lease(["charge"], "me", seconds=30)
    clock.wrong = HOUR
    (other,) = jobs.lease(["charge"], "you", seconds=30)
    clock.wrong = timedelta(0)
    assert mine.idempotency_key == other.idempotency_key
    with pytest.raises(ServiceError):
        jobs.complete(mine.id, "me", {"paid": "mine"})
    jobs.complete(other.id, "you", {"paid": "yours"})
    assert Instance.objects.get(pk=one).variables == {"paid": "yours"}
    check_history(ask_django)


def test_each_message_of_a_storm_counts_at_most_once(deployed: Deploy) -> None:
    """Some come twice, some before anybody waits for them, some are for nobody."""
    waiting, early, unknown = 40, 10, 5
    deployed(simple("order", ("paid", catch("paid", "message", "paid"))), roots=message("paid", key="number"))
    for number in range(waiting):
        instances.start("order", None, variables={"number": str(number)})
    numbers = [*range(waiting), *range(0, waiting, 5), *range(waiting, waiting + early)]
    numbers += range(1_000, 1_000 + unknown)
    Random(1).shuffle(numbers)

    def send(number: int) -> None:
        try:
            live = 60.0 if number < 1_000 else 0.0
            with suppress(CorrelationError):  # for nobody
                instances.send_message(
                    "paid", None, key=str(number), message_id=f"m{number}", variables={"sum": number}, time_to_live=live
                )
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as callers:
        list(callers.map(send, numbers))
    for number in range(waiting, waiting + early):
        instances.start("order", None, variables={"number": str(number)})
    while work.correlate_buffered() or work.advance_deliveries():
        pass
    rows = [row.variables for row in Instance.objects.filter(status=COMPLETED)]
    assert sorted(row["sum"] for row in rows) == list(range(waiting + early))
    assert all(row["number"] == str(row["sum"]) for row in rows)
    check_history(ask_django, is_at_rest=True)
