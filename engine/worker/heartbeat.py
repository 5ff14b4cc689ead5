"""A thread of each process that takes work: shows that it is alive, and what it has done."""

from __future__ import annotations

import logging
import os
import threading
from datetime import UTC, datetime
from typing import Any

from celery.signals import worker_process_init, worker_process_shutdown, worker_ready, worker_shutdown
from django.db import connections

from engine.service import figures, workers
from engine.worker.handlers import HANDLERS
from engine.worker.queues import QUEUES

logger = logging.getLogger(__name__)


class Heart:
    """Beats until it is stopped; a database that is away for a while only makes it late."""

    def __init__(self, queues: list[str]) -> None:
        self.queues = queues
        self.process = os.getpid()
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run, name="heartbeat", daemon=True)

    def run(self) -> None:
        started_at = datetime.now(UTC)
        while True:
            try:
                workers.beat(started_at, self.queues, HANDLERS, figures.read())
            except Exception:
                logger.exception("the worker could not show itself; it tries again")
            connections.close_all()
            if self.stopping.wait(workers.BEAT_SECONDS):
                return

    def stop(self) -> None:
        self.stopping.set()
        self.thread.join(2)
        try:
            workers.leave()
        except Exception:
            logger.exception("the worker could not say that it ends")


_hearts: dict[int, Heart] = {}


def begin(queues: list[str]) -> None:
    if os.getpid() not in _hearts:
        heart = _hearts[os.getpid()] = Heart(queues)
        heart.thread.start()


@worker_process_init.connect
def begin_in_child(**_: Any) -> None:
    """Of a pool of processes each child does the work, and each one beats."""
    begin(list(QUEUES))


@worker_ready.connect
def begin_in_worker(sender: Any = None, **_: Any) -> None:
    consumer_queues = [queue.name for queue in sender.task_consumer.queues] if sender.task_consumer else list(QUEUES)
    if "prefork" not in type(sender.pool).__module__:
        begin(consumer_queues)


@worker_process_shutdown.connect
@worker_shutdown.connect
def end(**_: Any) -> None:
    heart = _hearts.pop(os.getpid(), None)
    if heart is not None:
        heart.stop()
