"""Takes jobs that have a handler here, runs them outside any transaction and brings back what came of them.

The handlers run in threads, so that a slow one holds up neither the others nor the worker. What a worker has
taken stays its own by a short lease that is extended while it lives: the jobs of a dead one are soon free.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from asgiref.sync import async_to_sync
from django.conf import settings
from django.db import connections

from engine.core.model.problems import BpmnError
from engine.push.signals import work_waiting
from engine.service import breakers, figures, jobs, telemetry
from engine.service.instances import check_variables
from engine.service.jobs import Done, Failed, LeasedJob, Outcome, Thrown
from engine.service.workers import name_process
from engine.worker.failures import PermanentError, TransientError, class_of
from engine.worker.handlers import HANDLERS, Handler
from engine.worker.inputs import InputError, read_input
from engine.worker.pool import Pool
from engine.worker.results import Later, Result
from engine.worker.wake import holding_back

logger = logging.getLogger(__name__)

BATCH = 20
LEASE_SECONDS = 30.0
EXTEND_SECONDS = 10.0
# Quick results come back together, slow ones at once.
GATHER_SECONDS = 0.01
# A job that puts itself off is not taken again at once, whatever it says.
SHORTEST_REST = 0.1
# A process that is full and finds more wakes another one, not more often than this.
CALL_SECONDS = 1.0


class Runner:
    """The jobs of one process. `owner` is its name on them.

    Woken once, it goes on taking for as long as there is something: what has become free is filled again
    without another message."""

    def __init__(self, threads: int) -> None:
        self.pool = Pool(threads, partial(work_waiting.send, sender=None, queue="jobs"))
        self.owner = name_process()
        self.changed = threading.Condition()
        self.taken: dict[int, str] = {}  # job → its type, until it is brought back
        self.outcomes: list[Outcome] = []
        self.keeper: threading.Thread | None = None
        self.taking = threading.Lock()  # two that take at once would both fill the same room
        self.is_filling = False
        self.is_ending = False
        self.called = time.monotonic()  # when another process was woken last

    def take(self, limit: int = BATCH) -> int:
        """Hand as many jobs to the threads as there is room for; how many."""
        with self.taking:
            with self.changed:
                room = 0 if self.is_ending else min(limit, self.pool.free())
                in_hand = Counter(self.taken.values())
            leased = lease_jobs(HANDLERS, self.owner, room, in_hand, LEASE_SECONDS, self.pool.rooms())
            with self.changed:
                self.taken.update((job.id, job.type) for job in leased)
                if leased and self.keeper is None:
                    self.keeper = threading.Thread(target=self.keep, name="job-results", daemon=True)
                    self.keeper.start()
            for job in leased:
                self.pool.submit(job.type, partial(run, job), partial(self.put, job), HANDLERS[job.type].timeout)
        return len(leased)

    def put(self, job: LeasedJob, result: Any) -> None:
        """Called by the thread that ran the job, or by the one that gave it up."""
        outcome = result if isinstance(result, Outcome) else failed(job, result)
        with self.changed:
            self.outcomes.append(outcome)
            self.changed.notify_all()

    def wait(self, seconds: float) -> bool:
        """Until everything taken is brought back; whether it is."""
        with self.changed:
            return self.changed.wait_for(lambda: not self.taken and not self.is_filling, seconds)

    def end(self, seconds: float) -> bool:
        """Takes nothing more; whether everything is back in time."""
        with self.changed:
            self.is_ending = True
        return self.wait(seconds)

    def keep(self) -> None:
        """Brings results back, many at once, and extends the leases of what still runs."""
        extended = time.monotonic()
        while True:
            with self.changed:
                self.changed.wait_for(lambda: bool(self.outcomes), EXTEND_SECONDS / 2)
            time.sleep(GATHER_SECONDS)
            with self.changed:
                outcomes, self.outcomes = self.outcomes, []
            try:
                if outcomes:
                    with holding_back("jobs"):  # what comes of them is taken right here
                        bring_back(outcomes, self.owner, self.taken)
                if time.monotonic() - extended > EXTEND_SECONDS:
                    extended = time.monotonic()
                    jobs.extend_many(list(self.taken), self.owner, seconds=LEASE_SECONDS)
            except Exception:
                logger.exception("results of jobs could not be brought back; their leases end and they run again")
            with self.changed:
                for outcome in outcomes:
                    self.taken.pop(outcome.job, None)
                self.is_filling = bool(outcomes)
                self.changed.notify_all()
            if outcomes:
                self.fill()
            connections.close_all()

    def fill(self) -> None:
        """Takes what there is room for now. A process with more before it than it can take wakes another."""
        try:
            taken = self.take()
            if taken and not self.pool.free() and time.monotonic() - self.called > CALL_SECONDS:
                self.called = time.monotonic()
                work_waiting.send(sender=None, queue="jobs")
        except Exception:
            logger.exception("no more jobs could be taken; the sweep takes them")
        with self.changed:
            self.is_filling = False
            self.changed.notify_all()


_runners: dict[int, Runner] = {}


def runner() -> Runner:
    """That of this process; a forked worker begins with one of its own."""
    found = _runners.get(os.getpid())
    if found is None:
        found = _runners[os.getpid()] = Runner(settings.JOB_THREADS)
    return found


def finish_jobs(seconds: float) -> bool:
    """At the end of a process: give what runs this long; whether everything is back."""
    found = _runners.get(os.getpid())
    return found is None or found.end(seconds)


def take_jobs(limit: int = BATCH) -> int:
    """What a worker does with its queue of jobs."""
    return runner().take(limit) if settings.JOB_THREADS else run_jobs(limit)


def run_jobs(limit: int = BATCH) -> int:
    """Do up to `limit` jobs one after the other, right here; how many were taken."""
    owner = f"{name_process()}:{threading.get_ident()}"
    seconds = LEASE_SECONDS + max((own.timeout for own in HANDLERS.values()), default=0.0)
    leased = lease_jobs(HANDLERS, owner, limit, Counter(), seconds, {})
    types = {job.id: job.type for job in leased}
    outcomes: list[Outcome] = []
    since = time.monotonic()
    for job in leased:
        outcomes.append(run(job))
        if time.monotonic() - since > GATHER_SECONDS * 10:
            bring_back(outcomes, owner, types)
            outcomes, since = [], time.monotonic()
    bring_back(outcomes, owner, types)
    return len(leased)


def lease_jobs(
    handlers: Mapping[str, Handler],
    owner: str,
    room: int,
    in_hand: Counter[str],
    seconds: float,
    slow: Mapping[str, int],
) -> list[LeasedJob]:
    """As much as there is room for, and of each type as much as it may have; one of a type that has rested. Types that
    are slow come first, so that quick ones do not push them out, and leave them half of the room."""
    if room <= 0 or not handlers:
        return []
    allowed = breakers.allowed(list(handlers))
    leased: list[LeasedJob] = []
    for name in allowed.closed:
        if name in slow and handlers[name].limit is None:
            own_room = min(slow[name], (room + 1) // 2 - len(leased))
            leased += jobs.lease([name], owner, seconds=seconds, limit=own_room) if own_room > 0 else []
    free = [name for name in allowed.closed if handlers[name].limit is None and name not in slow]
    if free and len(leased) < room:
        leased += jobs.lease(free, owner, seconds=seconds, limit=room - len(leased))
    for name in allowed.closed:
        limit = handlers[name].limit
        if limit is not None:
            own_room = min(room - len(leased), limit - in_hand[name])
            leased += jobs.lease([name], owner, seconds=seconds, limit=own_room) if own_room > 0 else []
    for name in allowed.half_open:
        leased += jobs.lease([name], owner, seconds=seconds, limit=1) if not in_hand[name] else []
    return leased


def bring_back(outcomes: list[Outcome], owner: str, types: Mapping[int, str]) -> None:
    jobs.bring_back(outcomes, owner)
    figures.count("jobs_done", sum(isinstance(outcome, Done | Thrown) for outcome in outcomes))
    figures.count("jobs_put_off", sum(isinstance(outcome, jobs.NotYet) for outcome in outcomes))
    figures.count("jobs_failed", sum(isinstance(outcome, Failed) for outcome in outcomes))
    breakers.record(
        (types[outcome.job], not isinstance(outcome, Failed)) for outcome in outcomes if tells(outcome, types)
    )


def tells(outcome: Outcome, types: Mapping[int, str]) -> bool:
    """Whether it says how its service is: a permanent failure is the job's own."""
    if not isinstance(outcome, Failed):
        return True
    return outcome.kind != "permanent" and HANDLERS[types[outcome.job]].rests


def run(job: LeasedJob) -> Outcome:
    names = {"instance": str(job.instance), "process": job.process, "job": str(job.id), "job_type": job.type}
    with telemetry.about(**names), telemetry.span(f"job {job.type}", parent=job.trace, kind="consumer", **names):
        return _run(job)


def _run(job: LeasedJob) -> Outcome:
    try:
        return _outcome(job, call(job))
    except BpmnError as error:
        try:
            return Thrown(job.id, error.code, error.message, check_variables(dict(error.variables)))
        except Exception as unfit:  # noqa: BLE001 whatever is wrong with them, the attempt has failed
            return failed(job, unfit)
    except Exception as error:
        logger.warning("job %s of “%s” failed", job.id, job.type, exc_info=True)
        return failed(job, error)


def _outcome(job: LeasedJob, result: Result | Later | Mapping[str, Any] | None) -> Outcome:
    if isinstance(result, Later):
        return jobs.NotYet(job.id, max(result.seconds, SHORTEST_REST), check_variables(dict(result.progress)))
    if not isinstance(result, Result):
        return Done(job.id, check_variables(dict(result or {})))
    events = [(event.kind, check_variables(event.data)) for event in result.events]
    return Done(job.id, check_variables(dict(result.variables)), events)


def failed(job: LeasedJob, error: Exception) -> Failed:
    handler = HANDLERS.get(job.type)
    if isinstance(error, InputError):
        return Failed(job.id, f"The variables do not fit: {error}", retries=0, kind="permanent")
    kind = class_of(error)
    message = str(error) if isinstance(error, TransientError | PermanentError) else f"{type(error).__name__}: {error}"
    if kind == "permanent":
        return Failed(job.id, message, retries=0, kind=kind)
    retry_after = error.retry_after if isinstance(error, TransientError) else None
    if retry_after is None and handler is not None and handler.retry and not job.has_retry_cycle:
        retry_after = jobs.pause_of(handler.retry, job.attempts)
    return Failed(job.id, message, retry_after=retry_after, kind=kind)


def call(job: LeasedJob) -> Result | Later | Mapping[str, Any] | None:
    handler = HANDLERS[job.type]
    arguments = [job] if handler.input is None else [job, read_input(handler.input, job.variables)]
    function = async_to_sync(_in_time(handler)) if handler.is_async else handler.function
    result: Result | Later | Mapping[str, Any] | None = function(*arguments)
    return result


def _in_time(handler: Handler) -> Callable[..., Any]:
    """An asynchronous function is really stopped when its time is over, not only left behind."""

    async def run_it(*arguments: Any) -> Any:
        try:
            async with asyncio.timeout(handler.timeout):
                return await handler.function(*arguments)
        except TimeoutError as error:
            raise TransientError(str(error) or f"It did not end within {handler.timeout:g} s.") from None

    return run_it
