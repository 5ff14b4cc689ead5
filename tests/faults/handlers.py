"""Service tasks of the fault tests: effects that are written down outside the database, and jobs that go wrong."""

from __future__ import annotations

import json
import logging
import os
import signal
import time
from pathlib import Path
from typing import Any

from django.conf import settings

from engine.core.model.problems import BpmnError
from engine.service import webhooks
from engine.service.jobs import LeasedJob
from engine.worker import running
from engine.worker.failures import TransientError
from engine.worker.handlers import handler

logger = logging.getLogger(__name__)

HUGE = "x" * 20_000_000
SECRET = "marker-9d2c51"


def prepare() -> None:
    """What a dead worker had is free after two seconds, so that no test need wait half a minute."""
    running.LEASE_SECONDS, running.EXTEND_SECONDS = 2.0, 0.5
    webhooks.LEASE_SECONDS = 2.0


def write_down(folder: Path, job: LeasedJob) -> None:
    """The world outside: one line for each attempt that had its effect."""
    line = json.dumps({"key": job.idempotency_key, "instance": job.instance, "node": job.key})
    file = os.open(folder / "effects", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        os.write(file, line.encode() + b"\n")
    finally:
        os.close(file)


@handler("effect")
def effect(job: LeasedJob) -> dict[str, Any]:
    write_down(Path(settings.DATA_DIR), job)
    return {job.key: True}


@handler("nothing")
def do_nothing(job: LeasedJob) -> dict[str, Any]:
    return {}


@handler("refuse")
def refuse(job: LeasedJob) -> dict[str, Any]:
    raise BpmnError("REFUSED", "as it was meant")


@handler("hold-on")
def hold_on(job: LeasedJob) -> dict[str, Any]:
    """Tells when it begins, and waits until it is let go."""
    folder = Path(settings.DATA_DIR)
    write_down(folder, job)
    while not (folder / "let-go").exists():
        time.sleep(0.02)
    return {"held": True}


@handler("poison", timeout=1.0)
def poison(job: LeasedJob) -> dict[str, Any]:
    how = job.variables["how"]
    if how == "kills":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "hangs":
        time.sleep(30)
    if how == "huge":
        return {"huge": HUGE}
    if how == "tells":
        print("called with", SECRET)
        logger.warning("called with %s", SECRET)
        raise TransientError(f"{SECRET} was refused") from ValueError(SECRET)
    if how == "unserialisable":
        return {"unfit": object()}
    raise RuntimeError("it always fails")
