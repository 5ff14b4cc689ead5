"""The Celery tasks, one for each queue. A message says only "look": the database knows what there is to do."""

from __future__ import annotations

import logging
import time
from typing import Any

from celery import shared_task
from celery.signals import worker_process_shutdown, worker_shutdown
from django.conf import settings

from engine.push.signals import chores_due
from engine.service import work
from engine.service.backfill_work import continue_backfills
from engine.service.repair import continue_repairs
from engine.worker import heartbeat
from engine.worker.queues import task_name
from engine.worker.running import BATCH, finish_jobs, take_jobs
from engine.worker.sending import BATCH as SENDINGS
from engine.worker.sending import finish_sending, send_due
from engine.worker.wake import drain

logger = logging.getLogger(__name__)

# Longer than most jobs, shorter than most supervisors wait; what is not back by then runs again elsewhere.
LAST_SECONDS = 6.0

__all__ = ["advance", "heartbeat", "jobs", "outbox", "sweep", "timers"]


@worker_process_shutdown.connect
@worker_shutdown.connect
def finish(**_: Any) -> None:
    """A worker that is told to stop takes nothing more and brings back what it has."""
    finish_jobs(LAST_SECONDS)
    finish_sending(LAST_SECONDS)


@shared_task(name=task_name("advance"))
def advance() -> int:
    return drain("advance", lambda: work.run_continuations() + work.advance_deliveries(), work.BATCH)


@shared_task(name=task_name("jobs"))
def jobs() -> int:
    full = min(BATCH, settings.JOB_THREADS or BATCH)
    return drain("jobs", lambda: work.run_continuations() + take_jobs(), full)


@shared_task(name=task_name("timers"))
def timers() -> int:
    return drain(
        "timers", lambda: work.fire_timer_starts() + work.fire_timers() + work.advance_deliveries(), work.BATCH
    )


@shared_task(name=task_name("outbox"))
def outbox() -> int:
    return drain("outbox", send_due, SENDINGS)


CHORES_SECONDS = 20.0
_chores = {"next": 0.0}


def do_chores() -> None:
    """What the rooms above do from time to time; a failure of one is logged and stops nothing."""
    if time.monotonic() < _chores["next"]:
        return
    _chores["next"] = time.monotonic() + CHORES_SECONDS
    for receiver, answer in chores_due.send_robust(sender=None):
        if isinstance(answer, Exception):
            logger.error("a chore failed: %r", receiver, exc_info=answer)


def continue_chores() -> int:
    """What operators have asked for in bulk, a piece of each."""
    return continue_repairs() + continue_backfills()


@shared_task(name=task_name("sweep"))
def sweep() -> int:
    do_chores()
    return drain("sweep", lambda: work.sweep() + take_jobs() + send_due() + continue_chores(), work.BATCH)
