"""A worker: fetches jobs with long polls, does several at once in threads, keeps their locks and brings them back."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx

from api.client.client import Client, Problem
from api.client.shapes import Job

logger = logging.getLogger(__name__)

Function = Callable[[Job], Mapping[str, Any] | None]
LONGEST_PAUSE = 30.0


class BpmnError(Exception):
    """A business error: it goes to whoever catches its code in the diagram."""

    def __init__(self, code: str, message: str = "", variables: Mapping[str, Any] | None = None) -> None:
        self.code, self.message, self.variables = code, message, dict(variables or {})
        super().__init__(f"{code}: {message}" if message else code)


class Failure(Exception):
    """The attempt failed, with how many are left and the pause before the next. Any other exception is one, too."""

    def __init__(self, message: str, *, retries: int | None = None, retry_after: float | None = None) -> None:
        self.retries, self.retry_after = retries, retry_after
        super().__init__(message)


class Worker:
    """`lock` is in seconds and extended while a job runs; `threads` is how many jobs run at once."""

    def __init__(
        self, client: Client, name: str = "", *, lock: float = 60.0, threads: int = 4, wait: float = 30.0
    ) -> None:
        self.client, self.lock, self.threads, self.wait = client, lock, threads, wait
        self.name = name or f"{socket.gethostname()}-{os.getpid()}"
        self.functions: dict[str, Function] = {}
        self.room = threading.Semaphore(threads)
        self.stopping = threading.Event()
        self.running: set[str] = set()
        self.guard = threading.Lock()

    def __call__(self, type: str) -> Callable[[Function], Function]:
        """Register a function for the jobs of a type: `@worker("charge-card")`; its result goes into the process."""

        def register(function: Function) -> Function:
            if type in self.functions:
                raise ValueError(f"There is a function for “{type}” already.")
            self.functions[type] = function
            return function

        return register

    def stop(self) -> None:
        """Take nothing more; `run` returns when what it has is done."""
        self.stopping.set()

    def run(self) -> None:
        """Until `stop` is called. A server that is away is asked again after a pause."""
        pause = 1.0
        keeper = threading.Thread(target=self._keep, name="locks", daemon=True)
        keeper.start()
        with ThreadPoolExecutor(self.threads, "job") as pool:
            while not self.stopping.is_set():
                try:
                    self._take(pool)
                    pause = 1.0
                except (Problem, httpx.HTTPError) as error:
                    if isinstance(error, Problem) and error.status in (401, 403):
                        raise
                    wished = error.retry_after if isinstance(error, Problem) and error.retry_after else pause
                    logger.warning("no jobs could be fetched, again in %s s: %s", wished, error)
                    self.stopping.wait(wished)
                    pause = min(pause * 2, LONGEST_PAUSE)
        self.stopping.set()

    def _take(self, pool: ThreadPoolExecutor) -> None:
        self.room.acquire()
        free = 1
        while free < self.threads and self.room.acquire(blocking=False):
            free += 1
        jobs: list[Job] = []
        try:
            types = list(self.functions)
            jobs = self.client.fetch_jobs(self.name, types, lock=self.lock, limit=free, wait=self.wait)
        finally:
            for _ in range(free - len(jobs)):
                self.room.release()
        with self.guard:
            self.running.update(job.id for job in jobs)
        for job in jobs:
            pool.submit(self._do, job)

    def _do(self, job: Job) -> None:
        try:
            self._bring_back(job)
        except Problem as error:
            logger.warning("job %s was somebody else's, or over, when it was done: %s", job.id, error)
        except Exception:
            logger.exception("job %s could not be brought back; its lock ends and it runs again", job.id)
        finally:
            with self.guard:
                self.running.discard(job.id)
            self.room.release()

    def _bring_back(self, job: Job) -> None:
        try:
            result = dict(self.functions[job.type](job) or {})
        except BpmnError as error:
            self.client.throw_job_error(self.name, job.id, error.code, error.message, error.variables)
        except Failure as error:
            retry = {"retries": error.retries, "retry_after": error.retry_after}
            self.client.fail_job(self.name, job.id, str(error), **retry)  # type: ignore[arg-type]
        except Exception as error:
            logger.warning("job %s of “%s” failed", job.id, job.type, exc_info=True)
            self.client.fail_job(self.name, job.id, f"{type(error).__name__}: {error}")
        else:
            try:
                self.client.complete_job(self.name, job.id, result)
            except (Problem, TypeError, ValueError) as error:
                if isinstance(error, Problem) and error.status in (404, 409):
                    raise
                # What cannot be kept is a failed attempt, not a job that runs again and again unseen.
                self.client.fail_job(self.name, job.id, f"The result was refused: {error}")

    def _keep(self) -> None:
        """Locks of what still runs are extended well before they end."""
        while not self.stopping.wait(self.lock / 3):
            with self.guard:
                running = list(self.running)
            for job in running:
                try:
                    self.client.extend_job(self.name, job, self.lock)
                except (Problem, httpx.HTTPError) as error:
                    logger.warning("the lock of job %s could not be extended: %s", job, error)
