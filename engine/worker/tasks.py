"""The Celery tasks, one for each queue. A message says only "look": the database knows what there is to do."""

from __future__ import annotations

from celery import shared_task

from engine.service import work
from engine.worker.queues import task_name
from engine.worker.running import BATCH, run_jobs
from engine.worker.wake import drain


@shared_task(name=task_name("advance"))
def advance() -> int:
    return drain("advance", lambda: work.run_continuations() + work.advance_deliveries(), work.BATCH)


@shared_task(name=task_name("jobs"))
def jobs() -> int:
    return drain("jobs", lambda: work.run_continuations() + run_jobs(), BATCH)


@shared_task(name=task_name("timers"))
def timers() -> int:
    return drain(
        "timers", lambda: work.fire_timer_starts() + work.fire_timers() + work.advance_deliveries(), work.BATCH
    )


@shared_task(name=task_name("sweep"))
def sweep() -> int:
    return drain("sweep", lambda: work.sweep() + run_jobs(), work.BATCH)
