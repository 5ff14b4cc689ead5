"""Nudges to pages: sent by a thread of their own, many as one."""

import asyncio
from typing import Any

import pytest

from engine.push import sender as room
from engine.push.hub import LocalChannelLayer
from engine.push.sender import GROUP, Sender


async def receive_all(layer: Any, channel: str, count: int) -> list[dict[str, Any]]:
    return [await asyncio.wait_for(layer.receive(channel), 5) for _ in range(count)]


async def test_what_a_commit_moved_reaches_a_page_that_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    layer = LocalChannelLayer()
    monkeypatch.setattr(room, "get_channel_layer", lambda: layer)
    channel = await layer.new_channel()
    await layer.group_add(GROUP, channel)
    await asyncio.to_thread(Sender().put, {7: 3}, ["order"], True)
    (message,) = await receive_all(layer, channel, 1)
    assert message == {"type": "engine.moved", "instances": {"7": 3}, "processes": ["order"], "inbox": True}


async def test_what_comes_while_one_is_sent_becomes_one_nudge(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[str, dict[str, Any]]] = []
    is_open, is_started = asyncio.Event(), asyncio.Event()
    loop = asyncio.get_running_loop()

    async def send(messages: list[tuple[str, dict[str, Any]]]) -> None:
        if not sent:
            sent.extend(messages)
            loop.call_soon_threadsafe(is_started.set)
            await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(is_open.wait(), loop))
        else:
            sent.extend(messages)

    monkeypatch.setattr(room, "send", send)
    sender = Sender()
    sender.put({1: 1}, ["a"], False)
    await asyncio.wait_for(is_started.wait(), 5)
    for number in range(2, 50):
        sender.put({number: 1, 1: number}, ["b"], number == 2)
    is_open.set()
    assert await asyncio.to_thread(sender.flush)
    assert len(sent) == 2
    _, second = sent[1]
    assert second["instances"]["1"] == 49
    assert (len(second["instances"]), second["processes"], second["inbox"]) == (49, ["b"], True)


def test_very_many_instances_are_told_in_parts() -> None:
    sender = Sender()
    sender.instances = dict.fromkeys(range(2500), 1)
    parts = sender.take()
    assert [len(part["instances"]) for _, part in parts] == [1000, 1000, 500]
    assert sender.is_idle


def test_letters_go_to_their_own_groups_in_order_and_once() -> None:
    sender = Sender()
    sender.letters = [("draft.a", {"type": "x"}), ("draft.b", {"type": "y"})]
    sender.instances = {1: 2}
    assert [group for group, _ in sender.take()] == ["engine", "draft.a", "draft.b"]
    assert sender.take() == []


def test_a_channel_layer_that_fails_does_not_end_the_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    async def send(messages: list[tuple[str, dict[str, Any]]]) -> None:
        calls.append(len(messages))
        if len(calls) == 1:
            raise ConnectionError("away")

    monkeypatch.setattr(room, "send", send)
    sender = Sender()
    for number in (1, 2):
        sender.put({number: 1}, [], False)
        assert sender.flush()
    assert calls == [1, 1]
