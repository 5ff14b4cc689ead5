"""The clock of the one-process start: wakes what time alone makes due.

Between processes `celery -A config beat` does the same. Any number of clocks may run: a wake-up says only
that somebody should look, and the look is a claim.
"""

import logging
import threading

from engine.worker.queues import CLOCK_QUEUES
from engine.worker.wake import wake

logger = logging.getLogger(__name__)


def run_clock(stopping: threading.Event, seconds: float) -> None:
    while True:
        for queue in CLOCK_QUEUES:
            wake(queue)
        if stopping.wait(seconds):
            return
