"""One round of jobs: lease, run each handler outside any transaction, bring back what came of it."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Mapping
from typing import Any

from asgiref.sync import async_to_sync

from engine.core.model.problems import BpmnError
from engine.service import jobs
from engine.service.errors import ServiceError
from engine.service.jobs import LeasedJob
from engine.worker.handlers import HANDLERS

logger = logging.getLogger(__name__)

BATCH = 20


def owner_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"


def run_jobs(limit: int = BATCH) -> int:
    """Do up to `limit` jobs that have a handler here; how many were taken."""
    if not HANDLERS:
        return 0
    owner = owner_name()
    longest = max(handler.timeout for handler in HANDLERS.values())
    leased = jobs.lease(list(HANDLERS), owner, seconds=longest, limit=limit)
    for job in leased:
        try:
            _run(job, owner)
        except ServiceError as error:
            logger.info("job %s was somebody else's when it was done: %s", job.id, error)
    return len(leased)


def _run(job: LeasedJob, owner: str) -> None:
    try:
        result = _call(job)
    except BpmnError as error:
        jobs.throw_error(job.id, owner, error.code, error.message, dict(error.variables))
    except Exception as error:
        logger.warning("job %s of “%s” failed", job.id, job.type, exc_info=True)
        jobs.fail(job.id, owner, f"{type(error).__name__}: {error}")
    else:
        jobs.complete(job.id, owner, dict(result or {}))


def _call(job: LeasedJob) -> Mapping[str, Any] | None:
    handler = HANDLERS[job.type]
    if handler.is_async:
        return async_to_sync(handler.function)(job)  # type: ignore[arg-type]
    return handler.function(job)
