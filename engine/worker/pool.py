"""A few threads that run functions with a time limit; what they run and where results go is the caller's.

A function that does not end in time is given up: its thread cannot be stopped, so it is left behind and
another one takes its place. One that only takes long stands aside: its place is free for others, so that what waits
for somebody far away holds up nothing else.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connections

logger = logging.getLogger(__name__)

WATCH_SECONDS = 0.2
# More threads than this left behind by functions that never end: the pool takes nothing more.
MOST_LOST = 50
# What runs for longer stands aside; more than so many keep their places.
ASIDE_SECONDS = 0.5
MOST_ASIDE = 50


@dataclass(eq=False)
class Run:
    """One call. Exactly one of its result, its exception and its time-out is reported."""

    kind: str
    work: Callable[[], Any]
    report: Callable[[Any], None]
    timeout: float
    started: float = 0.0
    is_aside: bool = False
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
    """`size` functions at once, without those aside. Results are values; an exception of `work`, or a TimeoutError, is
    one too. A kind is slow from when one of it stands aside until one of it ends in time for its place. `look` is
    called when places have become free in that way."""

    def __init__(self, size: int, look: Callable[[], object] = lambda: None) -> None:
        self.size, self.look = size, look
        self.changed = threading.Condition()
        self.waiting: deque[Run] = deque()
        self.running: set[Run] = set()
        self.slow: set[str] = set()
        self.threads = 0
        self.lost = 0
        self.watcher: threading.Thread | None = None

    def free(self) -> int:
        with self.changed:
            if self.lost >= MOST_LOST:
                return 0
            return max(self.places() - len(self.running) - len(self.waiting), 0)

    def places(self) -> int:
        """As many as there are threads at most; whoever calls holds the lock."""
        return self.size + min(sum(run.is_aside for run in self.running), MOST_ASIDE)

    def rooms(self) -> dict[str, int]:
        """How many more of each slow kind fit in: no more of it run at once than there were places for at first."""
        with self.changed:
            in_hand = Counter(run.kind for run in (*self.running, *self.waiting))
            return {kind: max(self.size - in_hand[kind], 0) for kind in self.slow}

    def submit(self, kind: str, work: Callable[[], Any], report: Callable[[Any], None], timeout: float) -> None:
        with self.changed:
            self.waiting.append(Run(kind, work, report, timeout))
            self.staff()
            if self.watcher is None:
                self.watcher = threading.Thread(target=self.watch, name="job-times", daemon=True)
                self.watcher.start()
            self.changed.notify_all()

    def staff(self) -> None:
        """A thread for each that waits and has a place; whoever calls holds the lock."""
        while self.threads < self.places() and len(self.waiting) > self.threads - len(self.running):
            self.threads += 1
            threading.Thread(target=self.work_off, name="job", daemon=True).start()

    def look_again(self) -> None:
        try:
            self.look()
        except Exception:
            logger.exception("nobody was told of places that became free; the sweep finds them")

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
            connections.close_all()
            with self.changed:
                if not is_ours:
                    self.lost -= 1
                    return  # given up meanwhile: another thread has this one's place
                self.running.discard(run)
                if not run.is_aside:
                    self.slow.discard(run.kind)
                self.changed.notify_all()
                if self.threads > self.places():
                    self.threads -= 1
                    return  # another thread came for its place, and stays

    def watch(self) -> None:
        while True:
            time.sleep(WATCH_SECONDS)
            now = time.monotonic()
            with self.changed:
                aside = [run for run in self.running if not run.is_aside and now - run.started > ASIDE_SECONDS]
                for run in aside:
                    run.is_aside = True
                    self.slow.add(run.kind)
                self.staff()
                late = [run for run in self.running if now - run.started > run.timeout]
            if aside:
                self.look_again()
            for run in late:
                if run.finish(TimeoutError(f"It did not end within {run.timeout:g} s.")):
                    with self.changed:
                        self.running.discard(run)
                        self.threads -= 1
                        self.lost += 1
                        self.changed.notify_all()
                    logger.warning("a job was given up after %g s; its thread is left behind", run.timeout)
