"""Celery's broker inside one process: `local://` hands messages between threads without sleeping.

Kombu's own `memory://` polls once a second and needs seconds to stop. This one is woken by the sender.
It serves one worker with the solo pool; several processes need Redis or RabbitMQ.
"""

import threading
from collections import defaultdict
from queue import Empty
from time import monotonic
from typing import Any, ClassVar

from celery.worker import state
from kombu.transport import memory

# A bound for the one race there is: a bell that rings between the look at the queues and the wait.
LONGEST_WAIT_SECONDS = 0.5

bell = threading.Event()


class Channel(memory.Channel):
    # Shared by all channels of the process, as in kombu.
    events: ClassVar[dict[str, set[Any]]] = defaultdict(set)
    queues: ClassVar[dict[str, Any]] = {}

    def _put(self, queue: str, message: Any, **kwargs: Any) -> None:
        super()._put(queue, message, **kwargs)
        bell.set()


class Transport(memory.Transport):
    Channel = Channel
    driver_type = "local"
    driver_name = "local"

    def drain_events(self, connection: Any, timeout: float | None = None) -> None:
        end = monotonic() + timeout if timeout else float("inf")
        while True:
            bell.clear()
            try:
                self.cycle.get(self._deliver, timeout=timeout)
            except Empty:
                pass
            else:
                return
            left = end - monotonic()
            if left <= 0 or state.should_stop is not None:
                raise TimeoutError
            bell.wait(min(LONGEST_WAIT_SECONDS, left))


def stop_worker() -> None:
    """Tells the worker of this process to end after the task it is at; 0 is its exit code."""
    state.should_stop = 0
    bell.set()
