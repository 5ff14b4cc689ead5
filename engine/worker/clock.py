"""The clock: wakes what time alone makes due, as a thread of the one-process start or as `celery -A config beat`.

Any number of clocks may run: a wake-up says only that somebody should look, and the look is a claim. They count
seconds and do not read the time of day, which may be set back by an hour at any moment.
"""

import threading
from typing import Any

from celery.beat import Scheduler
from django.conf import settings

from engine.worker.queues import CLOCK_QUEUES
from engine.worker.wake import wake


def run_clock(stopping: threading.Event, seconds: float) -> None:
    while True:
        wake_all()
        if stopping.wait(seconds):
            return


class WakingScheduler(Scheduler):
    """Beat's part: it keeps no schedule and no file, and a broker that is away does not end it."""

    def setup_schedule(self) -> None:
        """There is none: every tick does the same."""

    def tick(self, *_: Any, **__: Any) -> float:
        wake_all()
        return float(settings.CLOCK_SECONDS)


def wake_all() -> None:
    for queue in CLOCK_QUEUES:
        wake(queue)
