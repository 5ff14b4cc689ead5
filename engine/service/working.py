"""How many requests work at once where they share commits; what they do is not asked here.

Python runs one thread at a time, and each statement lets another one in: the more threads want to run, the longer
whoever writes for all the others takes. A request that waits for its commit is not at work.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from engine.store import open_store

MOST = 3  # one computes while the statements of others run
PATIENCE = 0.05  # seconds: no longer is anybody kept from work by others that take their time

_places = threading.Semaphore(MOST)
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
    _thread.has_place = _places.acquire(timeout=PATIENCE)


def _leave() -> None:
    _thread.is_at_work = False
    if _thread.has_place:
        _places.release()
