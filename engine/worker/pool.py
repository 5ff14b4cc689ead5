"""A few threads that run functions with a time limit; what they run and where results go is the caller's.

A function that does not end in time is given up: its thread cannot be stopped, so it is left behind and
another one takes its place.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import close_old_connections

logger = logging.getLogger(__name__)

WATCH_SECONDS = 0.2
# More threads than this left behind by functions that never end: the pool takes nothing more.
MOST_LOST = 50


@dataclass(eq=False)
class Run:
    """One call. Exactly one of its result, its exception and its time-out is reported."""

    work: Callable[[], Any]
    report: Callable[[Any], None]
    timeout: float
    started: float = 0.0
    is_over: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def finish(self, result: Any) -> bool:
        with self.lock:
            if self.is_over:
                return False
            self.is_over = True
        self.report(result)
        return True


class Pool:
    """`size` functions at once. Results are values; an exception of `work`, or a TimeoutError, is one too."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.changed = threading.Condition()
        self.waiting: deque[Run] = deque()
        self.running: set[Run] = set()
        self.threads = 0
        self.lost = 0
        self.watcher: threading.Thread | None = None

    def free(self) -> int:
        with self.changed:
            if self.lost >= MOST_LOST:
                return 0
            return max(self.size - len(self.running) - len(self.waiting), 0)

    def submit(self, work: Callable[[], Any], report: Callable[[Any], None], timeout: float) -> None:
        with self.changed:
            self.waiting.append(Run(work, report, timeout))
            if self.threads < self.size and len(self.waiting) > self.threads - len(self.running):
                self.threads += 1
                threading.Thread(target=self.work_off, name="job", daemon=True).start()
            if self.watcher is None:
                self.watcher = threading.Thread(target=self.watch, name="job-times", daemon=True)
                self.watcher.start()
            self.changed.notify_all()

    def wait(self, seconds: float) -> bool:
        """Until nothing runs any more; whether it is so."""
        with self.changed:
            return self.changed.wait_for(lambda: not self.running and not self.waiting, seconds)

    def work_off(self) -> None:
        while True:
            with self.changed:
                self.changed.wait_for(lambda: bool(self.waiting))
                run = self.waiting.popleft()
                run.started = time.monotonic()
                self.running.add(run)
            try:
                result = run.work()
            except Exception as error:  # noqa: BLE001 it is the result
                result = error
            is_ours = run.finish(result)
            close_old_connections()
            with self.changed:
                if not is_ours:
                    self.lost -= 1
                    return  # given up meanwhile: another thread has this one's place
                self.running.discard(run)
                self.changed.notify_all()

    def watch(self) -> None:
        while True:
            time.sleep(WATCH_SECONDS)
            now = time.monotonic()
            with self.changed:
                late = [run for run in self.running if now - run.started > run.timeout]
            for run in late:
                if run.finish(TimeoutError(f"It did not end within {run.timeout:g} s.")):
                    with self.changed:
                        self.running.discard(run)
                        self.threads -= 1
                        self.lost += 1
                        self.changed.notify_all()
                    logger.warning("a job was given up after %g s; its thread is left behind", run.timeout)
