"""How many requests work at once where they share commits; what they do is not asked here.

Python runs one thread at a time, and each statement lets another one in: the more threads want to run, the longer
whoever writes for all the others takes. A request that waits for its commit is not at work.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from engine.store import open_store

MOST = 3  # one computes while the statements of others run
PATIENCE = 0.05  # seconds without anybody leaving: those who are at work take their time, and keep nobody from it


class Places:
    """So many, taken in the order in which they were asked for."""

    def __init__(self, most: int) -> None:
        self.free = most
        self.left_at = monotonic()  # the last time that somebody left
        self.lock = threading.Lock()
        self.turns: deque[threading.Lock] = deque()  # of those who wait; each is released when its turn has come

    def take(self) -> bool:
        """False where patience ran out: there is no place to leave then."""
        with self.lock:
            if self.free:
                self.free -= 1
                return True
            turn = threading.Lock()
            turn.acquire()
            self.turns.append(turn)
        while not turn.acquire(timeout=PATIENCE):
            with self.lock:
                if turn in self.turns and monotonic() - self.left_at > PATIENCE:
                    self.turns.remove(turn)
                    return False
        return True

    def leave(self) -> None:
        with self.lock:
            self.left_at = monotonic()
            if self.turns:
                self.turns.popleft().release()
            else:
                self.free += 1


_places = Places(MOST)
_thread = threading.local()


@contextmanager
def at_work() -> Iterator[None]:
    if not open_store().shares_commits:
        yield
        return
    _enter()
    try:
        yield
    finally:
        _leave()


@contextmanager
def away() -> Iterator[None]:
    """While this thread waits for another one."""
    if not getattr(_thread, "is_at_work", False):
        yield
        return
    _leave()
    try:
        yield
    finally:
        _enter()


def _enter() -> None:
    _thread.is_at_work = True
    _thread.has_place = _places.take()


def _leave() -> None:
    _thread.is_at_work = False
    if _thread.has_place:
        _places.leave()
