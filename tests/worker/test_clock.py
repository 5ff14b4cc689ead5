"""The clock wakes what time alone makes due, until it is stopped."""

import threading

import pytest
from celery import current_app

from engine.worker import clock
from engine.worker.queues import CLOCK_QUEUES


def test_clock_wakes_its_queues_at_once_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    stopping = threading.Event()
    woken: list[str] = []

    def note(queue: str) -> None:
        woken.append(queue)
        if len(woken) == 2 * len(CLOCK_QUEUES):
            stopping.set()

    monkeypatch.setattr(clock, "wake", note)
    thread = threading.Thread(target=clock.run_clock, args=(stopping, 0.001), daemon=True)
    thread.start()
    thread.join(10)
    assert not thread.is_alive()
    assert woken == [*CLOCK_QUEUES, *CLOCK_QUEUES]


def test_beat_wakes_the_same_and_reads_no_time_of_day(monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[str] = []
    monkeypatch.setattr(clock, "wake", woken.append)
    service = current_app.Beat().Service(app=current_app, scheduler_cls=current_app.conf.beat_scheduler)
    for _ in range(2):
        assert service.scheduler.tick() == 1.0
    assert woken == [*CLOCK_QUEUES, *CLOCK_QUEUES]
