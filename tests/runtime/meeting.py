"""Units that are made to meet: each has read what it needs before any of them writes, and one is said to be first."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from django.db import connection

from engine.core.model.problems import CorrelationError
from engine.service.errors import ServiceError
from engine.store import open_store

Act = Callable[[], Any]


class Meeting:
    """`run` does all acts at once, each in a thread with a connection of its own: what each gave, or its refusal.

    On SQLite the second one cannot even read before the first has written: there it is only begun later."""

    def __init__(self) -> None:
        self.first = 0
        self.barrier = threading.Barrier(1)
        self.is_written = threading.Event()
        self.place = threading.local()

    def run(self, *acts: Act, first: int = 0) -> list[Any]:
        self.first, self.barrier = first, threading.Barrier(len(acts))
        self.is_written.clear()
        results: list[Any] = [None] * len(acts)
        threads = [threading.Thread(target=self.act, args=(place, act, results)) for place, act in enumerate(acts)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert not any(thread.is_alive() for thread in threads)
        return results

    def act(self, place: int, act: Act, results: list[Any]) -> None:
        self.place.number, self.place.has_met = place, False
        if connection.vendor == "sqlite" and place != self.first:
            self.is_written.wait(0.2)
        try:
            results[place] = act()
        except (ServiceError, CorrelationError) as error:
            results[place] = error
        except BaseException as error:
            results[place] = error
            raise
        finally:
            connection.close()

    def before_write(self) -> bool:
        """Whether this is the write that is to be first."""
        place = getattr(self.place, "number", None)
        if place is None or self.place.has_met or connection.vendor == "sqlite":
            return place == self.first
        self.place.has_met = True
        with suppress(threading.BrokenBarrierError):
            self.barrier.wait(0.5)
        if place != self.first:
            self.is_written.wait(0.5)
        return bool(place == self.first)


@contextmanager
def arrange_meeting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Meeting]:
    store, meeting = type(open_store()), Meeting()
    original = store.write

    def write(self: Any, batch: Any, meanwhile: Any) -> bool:
        is_first = meeting.before_write()
        try:
            return original(self, batch, meanwhile)
        finally:
            if is_first:
                meeting.is_written.set()

    with monkeypatch.context() as patch:
        patch.setattr(store, "write", write)
        yield meeting


def run_together(*acts: Callable[[], Any]) -> list[Any]:
    """All at once, each on a connection of its own: what each gave, or why it was refused."""
    barrier = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            barrier.wait(10)
            results[place] = act()
        except (ServiceError, CorrelationError) as error:
            results[place] = error
        except BaseException as error:
            results[place] = error
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    return results


def refusals(results: list[Any]) -> int:
    """How many were refused; anything else that went wrong is a failure of the test."""
    failed = [one for one in results if isinstance(one, BaseException)]
    assert all(isinstance(one, ServiceError | CorrelationError) for one in failed), failed
    return len(failed)
