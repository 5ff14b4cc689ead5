"""Threads that run functions with a time limit."""

import threading
from collections.abc import Callable
from typing import Any

import pytest

from engine.worker import pool as pool_module
from engine.worker.pool import Pool
from tests.faults.driver import wait_until


def collect(pool: Pool, *works: Callable[[], Any], timeout: float = 30.0) -> list[Any]:
    results: list[Any] = []
    for work in works:
        pool.submit("kind", work, results.append, timeout)
    assert pool.wait(30)
    return results


def test_results_and_exceptions_are_reported() -> None:
    def fail() -> None:
        raise ValueError("no")

    results = collect(Pool(2), lambda: 1, fail, lambda: 2)
    assert {result for result in results if isinstance(result, int)} == {1, 2}
    assert [str(result) for result in results if isinstance(result, ValueError)] == ["no"]


def test_so_many_run_at_once_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "ASIDE_SECONDS", 3600.0)
    pool = Pool(3)
    together = threading.Barrier(3)
    assert pool.free() == 3
    assert collect(pool, *[lambda: together.wait(10) >= 0] * 3) == [True] * 3
    held = threading.Event()
    for _ in range(5):
        pool.submit("kind", lambda: held.wait(10), lambda result: None, 30)
    assert pool.free() == 0
    assert pool.threads == 3
    held.set()
    assert pool.wait(10)
    assert pool.free() == 3


def test_what_takes_long_stands_aside_and_leaves_its_place_to_another_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "ASIDE_SECONDS", 0.0)
    pool, held = Pool(2), threading.Event()
    results: list[Any] = []
    for _ in range(2):
        pool.submit("slow", lambda: held.wait(10), results.append, 30)
    wait_until(lambda: pool.free() == 2, "places")
    assert pool.rooms() == {"slow": 0}
    for _ in range(4):  # more than there are places
        pool.submit("quick", lambda: "quick", results.append, 30)
    wait_until(lambda: results == ["quick"] * 4, "the quick ones")
    held.set()
    assert pool.wait(10)
    wait_until(lambda: pool.threads == 2, "the end of the threads that were too many")
    assert pool.rooms()["slow"] == 2


def test_a_kind_that_is_quick_again_is_not_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "ASIDE_SECONDS", 0.0)
    pool, held = Pool(2), threading.Event()
    pool.submit("kind", lambda: held.wait(10), lambda result: None, 30)
    wait_until(lambda: pool.rooms() == {"kind": 1}, "that it stands aside")
    held.set()
    assert pool.wait(10)
    monkeypatch.setattr(pool_module, "ASIDE_SECONDS", 30.0)
    assert collect(pool, lambda: 1) == [1]
    assert pool.rooms() == {}


def test_what_does_not_end_in_time_is_given_up_and_its_place_taken() -> None:
    pool = Pool(1)
    let_go = threading.Event()
    (result,) = collect(pool, lambda: let_go.wait(30), timeout=0.01)
    assert isinstance(result, TimeoutError)
    assert collect(pool, lambda: "next") == ["next"]
    let_go.set()


def test_a_late_result_is_not_reported_again() -> None:
    pool = Pool(1)
    let_go, ended = threading.Event(), threading.Event()

    def hang() -> str:
        let_go.wait(30)
        ended.set()
        return "late"

    results = collect(pool, hang, timeout=0.01)
    let_go.set()
    assert ended.wait(10)
    assert collect(pool, lambda: "next") == ["next"]
    assert [type(result) for result in results] == [TimeoutError]
