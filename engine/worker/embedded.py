"""Worker and clock as threads of the server's process, for the start without a broker."""

import logging
import threading
import warnings
from time import monotonic

from celery import current_app
from celery.platforms import SecurityWarning
from celery.worker import state

from engine.worker.clock import run_clock
from engine.worker.queues import QUEUES
from engine.worker.transport import stop_worker

logger = logging.getLogger(__name__)

REST_SECONDS = 1.0


class BackgroundThreads:
    """Starts both threads and stops them again; a worker that dies is started anew."""

    def __init__(self, clock_seconds: float) -> None:
        self.stopping = threading.Event()
        self.threads = [
            threading.Thread(target=self.run_worker, name="celery-worker", daemon=True),
            threading.Thread(target=run_clock, args=(self.stopping, clock_seconds), name="clock", daemon=True),
        ]

    def start(self) -> None:
        state.should_stop = None
        for thread in self.threads:
            thread.start()

    def run_worker(self) -> None:
        while not self.stopping.is_set():
            try:
                serve_queues()
            except Exception:
                logger.exception("the worker ended; it starts again")
            self.stopping.wait(REST_SECONDS)

    def ask_to_stop(self) -> None:
        """Safe in a signal handler: it only sets flags."""
        self.stopping.set()
        stop_worker()

    def join(self, seconds: float) -> bool:
        """Whether both threads ended in time."""
        end = monotonic() + seconds
        for thread in self.threads:
            thread.join(max(0.0, end - monotonic()))
        return not any(thread.is_alive() for thread in self.threads)


def serve_queues() -> None:
    # Celery warns about root even where nothing is unpickled; containers run as root.
    warnings.filterwarnings("ignore", category=SecurityWarning)
    current_app.Worker(
        pool="solo",
        concurrency=1,
        queues=list(QUEUES),
        quiet=True,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    ).start()
