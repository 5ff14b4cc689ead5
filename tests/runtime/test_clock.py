"""Timers and the clock: none early, none twice, whatever the clock does and however many look."""

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from engine.models import Incident, Instance, ProcessStart, Step, Timer, Token
from engine.service import instances, work
from tests.runtime.conftest import Deploy
from tests.runtime.diagrams import catch, definition, end, line, make_process, simple, start

pytestmark = pytest.mark.django_db(transaction=True)

COMPLETED = Instance.Status.COMPLETED


class Clock(datetime):
    """What the engine takes for the time."""

    moment = datetime(2030, 1, 1, 12, tzinfo=UTC)

    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
        return cls.moment


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> type[Clock]:
    monkeypatch.setattr(Clock, "moment", datetime(2030, 1, 1, 12, tzinfo=UTC))
    for module in ("advance", "work"):
        monkeypatch.setattr(f"engine.service.{module}.datetime", Clock)
    return Clock


def pause(duration: str) -> str:
    return simple("pause", ("wait", catch("wait", "duration", duration)))


def test_no_timer_fires_before_its_instant(deployed: Deploy, clock: type[Clock]) -> None:
    deployed(pause("PT10M"))
    instances.start("pause", None)
    due = clock.moment + timedelta(minutes=10)
    clock.moment = due - timedelta(microseconds=1)
    assert work.sweep() == 0
    clock.moment = due
    assert work.fire_timers() == 1


def test_a_clock_that_jumps_forward_fires_each_timer_once(deployed: Deploy, clock: type[Clock]) -> None:
    deployed(pause("PT1H"))
    instances.start_many("pause", None, [instances.Start({})] * 5)
    clock.moment += timedelta(days=400)
    assert work.fire_timers() == 5
    clock.moment -= timedelta(days=400)
    assert work.fire_timers() == 0
    assert set(Instance.objects.values_list("status", flat=True)) == {COMPLETED}


def test_a_clock_that_goes_back_makes_timers_late_and_never_double(deployed: Deploy, clock: type[Clock]) -> None:
    deployed(pause("PT1M"))
    one = instances.start("pause", None)
    for _ in range(4):
        clock.moment += timedelta(seconds=20)
        clock.moment -= timedelta(seconds=10)
        assert work.fire_timers() == 0
    clock.moment += timedelta(minutes=1)
    assert work.fire_timers() == 1
    clock.moment -= timedelta(hours=1)
    assert work.fire_timers() == 0
    assert Step.objects.of(one).count() == 2


def test_a_cycle_that_was_missed_by_a_jump_keeps_its_number(deployed: Deploy, clock: type[Clock]) -> None:
    """Three times every ten minutes: after an hour of silence they are due one after the other, and no fourth."""
    boundary = (
        '<boundaryEvent id="tick" attachedToRef="check" cancelActivity="false">'
        f"{definition('cycle', 'R3/PT10M')}</boundaryEvent>"
    )
    deployed(
        make_process(
            "ticks", start(), '<userTask id="check"/>', boundary, '<task id="note"/>', end(), end("noted"),
            line("start", "check", "end"), line("tick", "note", "noted"),
        )
    )  # fmt: skip
    instances.start("ticks", None)
    clock.moment += timedelta(hours=1)
    fired = 0
    while found := work.fire_timers():
        fired += found
    assert fired == 3
    assert not Timer.objects.exists()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # Clocks go forward at two in the night of 31 March 2030, and back at three of 27 October.
        ("2030-03-30T06:59:59+01:00", ["2030-03-30T07:30:00+01:00", "2030-03-31T07:30:00+02:00"]),
        ("2030-10-26T06:59:59+02:00", ["2030-10-26T07:30:00+02:00", "2030-10-27T07:30:00+01:00"]),
        ("2028-02-28T07:30:00+01:00", ["2028-02-29T07:30:00+01:00", "2028-03-01T07:30:00+01:00"]),
    ],
)
def test_a_cron_line_keeps_to_the_clock_on_the_wall(
    deployed: Deploy, clock: type[Clock], before: str, after: list[str]
) -> None:
    clock.moment = datetime.fromisoformat(before).astimezone(UTC)
    daily = f'<startEvent id="start">{definition("cycle", "TZ=Europe/Berlin 0 30 7 * * *")}</startEvent>'
    deployed(make_process("daily", daily, end(), line("start", "end")))
    ProcessStart.objects.update(due=datetime.fromisoformat(after[0]))
    for text in after:
        instant = datetime.fromisoformat(text)
        clock.moment = instant - timedelta(seconds=1)
        assert work.fire_timer_starts() == 0
        clock.moment = instant
        assert work.fire_timer_starts() == 1
    assert Instance.objects.count() == 2


def test_several_clocks_and_workers_at_once_change_nothing(deployed: Deploy) -> None:
    deployed(pause("PT0S"))
    instances.start_many("pause", None, [instances.Start({})] * 60)
    barrier = threading.Barrier(3)
    fired: Counter[str] = Counter()

    def look(name: str) -> None:
        barrier.wait(20)
        while found := work.fire_timers(7):
            fired[name] += found
        connection.close()

    threads = [threading.Thread(target=look, args=(str(number),)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    while work.fire_timers():  # what two of them got in each other's way for
        pass
    assert set(Instance.objects.values_list("status", flat=True)) == {COMPLETED}
    assert not Timer.objects.exists()
    assert not Token.objects.exists()
    assert not Incident.objects.exists()
    assert Step.objects.count() == 120


def test_very_many_timers_at_one_instant_all_fire(deployed: Deploy) -> None:
    deployed(pause("PT0S"))
    instances.start_many("pause", None, [instances.Start({})] * 500)
    rounds = 0
    while work.fire_timers():
        rounds += 1
    assert rounds == 500 // work.BATCH
    assert set(Instance.objects.values_list("status", flat=True)) == {COMPLETED}
