"""One round of jobs: lease, run each handler outside any transaction, bring back what came of it."""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Mapping
from typing import Any

from asgiref.sync import async_to_sync

from engine.core.model.problems import BpmnError
from engine.service import jobs
from engine.service.instances import check_variables
from engine.service.jobs import Done, Failed, LeasedJob, Outcome, Thrown
from engine.worker.handlers import HANDLERS

logger = logging.getLogger(__name__)

BATCH = 20
LONGEST_KEPT = 0.1  # seconds: quick results come back together, slow ones at once


def owner_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"


def run_jobs(limit: int = BATCH) -> int:
    """Do up to `limit` jobs that have a handler here; how many were taken."""
    if not HANDLERS:
        return 0
    owner = owner_name()
    longest = max(handler.timeout for handler in HANDLERS.values())
    leased = jobs.lease(list(HANDLERS), owner, seconds=longest, limit=limit)
    outcomes: list[Outcome] = []
    since = time.monotonic()
    for job in leased:
        outcomes.append(_run(job))
        if time.monotonic() - since > LONGEST_KEPT:
            jobs.bring_back(outcomes, owner)
            outcomes, since = [], time.monotonic()
    jobs.bring_back(outcomes, owner)
    return len(leased)


def _run(job: LeasedJob) -> Outcome:
    try:
        try:
            return Done(job.id, check_variables(dict(_call(job) or {})))
        except BpmnError as error:
            return Thrown(job.id, error.code, error.message, check_variables(dict(error.variables)))
    except Exception as error:
        logger.warning("job %s of “%s” failed", job.id, job.type, exc_info=True)
        return Failed(job.id, f"{type(error).__name__}: {error}")


def _call(job: LeasedJob) -> Mapping[str, Any] | None:
    handler = HANDLERS[job.type]
    if handler.is_async:
        return async_to_sync(handler.function)(job)  # type: ignore[arg-type]
    return handler.function(job)
