"""Places for requests at work: few at a time, and nobody stands in the way of others while it waits."""

import threading
import time
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace

import pytest

from engine.service import working
from engine.service.working import Places, at_work, away
from tests.faults.driver import wait_until

LONG = 20


@pytest.fixture(autouse=True)
def one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "open_store", lambda: SimpleNamespace(shares_commits=True))
    monkeypatch.setattr(working, "_places", Places(1))
    monkeypatch.setattr(working, "PATIENCE", LONG)


def begin(act: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=act)
    thread.start()
    return thread


def work(is_in: threading.Event, go_on: threading.Event | None = None) -> None:
    with at_work():
        is_in.set()
        if go_on is not None:
            go_on.wait(LONG)


def test_the_next_one_works_when_there_is_a_place() -> None:
    is_in, go_on, is_next_in = threading.Event(), threading.Event(), threading.Event()
    threads = [begin(lambda: work(is_in, go_on))]
    assert is_in.wait(LONG)
    threads.append(begin(lambda: work(is_next_in)))
    assert not is_next_in.wait(0.05)
    go_on.set()
    assert is_next_in.wait(LONG)
    for thread in threads:
        thread.join(LONG)


def test_who_waits_for_another_one_leaves_it_the_place_and_takes_one_again() -> None:
    is_done = threading.Event()
    with at_work():
        with away():
            begin(lambda: work(is_done)).join(LONG)
            assert is_done.is_set()
        assert working._places.free == 0
    assert working._places.free == 1


def test_places_are_taken_in_the_order_in_which_they_are_asked_for() -> None:
    order: list[int] = []

    def note(number: int) -> None:
        with at_work():
            order.append(number)

    threads = []
    with at_work():
        for number in range(5):
            threads.append(begin(partial(note, number)))
            wait_until(lambda: len(working._places.turns) == len(threads), "somebody waiting")
    for thread in threads:
        thread.join(LONG)
    assert order == [0, 1, 2, 3, 4]


def test_who_waits_behind_others_that_come_and_go_has_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "PATIENCE", 0.01)
    is_done = threading.Event()
    with at_work():
        working._places.left_at = time.monotonic() + LONG  # as if somebody left at every moment
        waits = begin(lambda: work(is_done))
        assert not is_done.wait(0.1)
        working._places.left_at = 0.0
        assert is_done.wait(LONG)
    waits.join(LONG)


def test_nobody_waits_for_those_who_take_their_time_and_who_got_no_place_frees_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(working, "PATIENCE", 0.01)
    is_done = threading.Event()
    with at_work():
        begin(lambda: work(is_done)).join(LONG)
        assert is_done.is_set()
        assert working._places.free == 0


def test_who_is_not_at_work_has_no_place_to_leave() -> None:
    with away():
        assert working._places.free == 1
    assert working._places.free == 1


def test_requests_that_share_no_commits_all_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "open_store", lambda: SimpleNamespace(shares_commits=False))
    is_done = threading.Event()
    with at_work():
        begin(lambda: work(is_done)).join(LONG)
        assert is_done.is_set()
