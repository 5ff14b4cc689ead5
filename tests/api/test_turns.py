"""Whose call runs next: one caller alone, and beside others."""

from __future__ import annotations

import asyncio

import pytest

from api import turns
from api.turns import Turns


class Calls:
    """Calls that run until they are told to end."""

    def __init__(self, at_once: int) -> None:
        self.turns = Turns(at_once)
        self.running: list[str] = []
        self.ends: dict[str, asyncio.Event] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def begin(self, caller: str, name: str) -> None:
        self.ends[name] = asyncio.Event()

        async def run() -> None:
            async with self.turns.turn(caller):
                self.running.append(name)
                await self.ends[name].wait()
                self.running.remove(name)

        self.tasks[name] = asyncio.create_task(run())
        await asyncio.sleep(0.001)

    async def end(self, name: str) -> None:
        self.ends[name].set()
        await self.tasks[name]
        await asyncio.sleep(0.001)


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PAUSE_FACTOR", 0.0)


async def test_a_caller_alone_has_as_many_at_a_time_as_there_are_places() -> None:
    calls = Calls(2)
    for name in ("a1", "a2", "a3"):
        await calls.begin("a", name)
    assert calls.running == ["a1", "a2"]
    await calls.end("a1")
    assert calls.running == ["a2", "a3"]


async def test_beside_another_a_caller_with_a_queue_has_one_and_the_other_does_not_wait() -> None:
    calls = Calls(3)
    for name in ("a1", "a2", "a3", "a4"):
        await calls.begin("a", name)
    await calls.begin("b", "b1")
    assert calls.running == ["a1", "a2", "a3", "b1"]
    for name in ("a1", "a2"):
        await calls.end(name)
    assert calls.running == ["a3", "b1"]
    await calls.end("a3")
    assert calls.running == ["b1", "a4"]


async def test_somebody_quick_is_one_without_a_queue() -> None:
    calls = Calls(1)
    for caller, name in (("a", "a1"), ("a", "a2"), ("b", "b1"), ("b", "b2")):
        await calls.begin(caller, name)
    assert not calls.turns.is_beside_somebody_quick("a"), "b has a queue itself: they share"
    await calls.begin("c", "c1")
    assert calls.turns.is_beside_somebody_quick("a")
    await calls.end("c1")
    assert calls.turns.is_beside_somebody_quick("a"), "it will soon be back"


async def test_after_a_slow_call_the_queue_does_not_wait_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PAUSE_FACTOR", 1_000_000)
    monkeypatch.setattr(turns, "LONGEST_PAUSE", 0)
    calls = Calls(1)
    for caller, name in (("a", "a1"), ("a", "a2"), ("b", "b1")):
        await calls.begin(caller, name)
    await calls.end("a1")
    assert "a2" in calls.running


async def test_who_gives_up_waiting_leaves_the_queue() -> None:
    calls = Calls(1)
    for name in ("a1", "a2", "a3"):
        await calls.begin("a", name)
    calls.tasks["a2"].cancel()
    await asyncio.sleep(0.001)
    await calls.end("a1")
    assert calls.running == ["a3"]
    await calls.end("a3")
    assert calls.turns.lines == {}
