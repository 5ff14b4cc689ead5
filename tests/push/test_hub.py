"""The channel layer of one process: messages cross threads and wake the loop at once."""

import asyncio
import threading
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.layers import channel_layers

from engine.push.hub import LocalChannelLayer
from tests.infrastructure.sockets import SocketClient

SECONDS = 10


@pytest.fixture
def layer() -> LocalChannelLayer:
    return LocalChannelLayer(capacity=3)


def send_from_thread(layer: LocalChannelLayer, group: str, *messages: dict[str, Any]) -> None:
    def send() -> None:
        for message in messages:
            async_to_sync(layer.group_send)(group, message)

    thread = threading.Thread(target=send)
    thread.start()
    thread.join(SECONDS)
    assert not thread.is_alive()


async def test_message_from_another_thread_wakes_a_sleeping_loop(layer: LocalChannelLayer) -> None:
    channel = await layer.new_channel()
    await layer.group_add("instance.1", channel)
    receiver = asyncio.create_task(layer.receive(channel))
    await asyncio.sleep(0)
    # The loop has nothing of its own to wake for in this time but the message.
    sender = threading.Timer(0.05, send_from_thread, (layer, "instance.1", {"type": "step", "sequence": 7}))
    sender.start()
    assert await asyncio.wait_for(receiver, SECONDS) == {"type": "step", "sequence": 7}
    sender.join()


async def test_consumer_of_a_socket_receives_what_a_worker_thread_sends(layer: LocalChannelLayer) -> None:
    class Follower(AsyncJsonWebsocketConsumer):
        async def connect(self) -> None:
            await self.channel_layer.group_add("instance.1", self.channel_name)
            await self.accept()

        async def disconnect(self, code: int) -> None:
            await self.channel_layer.group_discard("instance.1", self.channel_name)

        async def step(self, message: dict[str, Any]) -> None:
            await self.send_json(message)

    old = channel_layers.set("default", layer)
    try:
        client = SocketClient(Follower.as_asgi(), "/")
        assert await client.connect() is None
        await asyncio.to_thread(send_from_thread, layer, "instance.1", {"type": "step", "sequence": 1})
        assert await client.receive_json() == {"type": "step", "sequence": 1}
        await client.disconnect()
        assert layer.groups == {}
    finally:
        channel_layers.set("default", old)


async def test_message_reaches_every_member_of_the_group_and_nobody_else(layer: LocalChannelLayer) -> None:
    members = [await layer.new_channel() for _ in range(3)]
    stranger = await layer.new_channel()
    for channel in members:
        await layer.group_add("inbox", channel)
    await layer.group_send("inbox", {"type": "changed"})
    received = [await asyncio.wait_for(layer.receive(channel), SECONDS) for channel in members]
    assert received == [{"type": "changed"}] * 3
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(layer.receive(stranger), 0.01)


async def test_channel_that_left_the_group_receives_nothing_more(layer: LocalChannelLayer) -> None:
    channel = await layer.new_channel()
    await layer.group_add("inbox", channel)
    await layer.group_discard("inbox", channel)
    await layer.group_send("inbox", {"type": "changed"})
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(layer.receive(channel), 0.01)


async def test_messages_keep_their_order(layer: LocalChannelLayer) -> None:
    channel = await layer.new_channel()
    await layer.group_add("inbox", channel)
    await asyncio.to_thread(send_from_thread, layer, "inbox", {"number": 1}, {"number": 2}, {"number": 3})
    numbers = [(await asyncio.wait_for(layer.receive(channel), SECONDS))["number"] for _ in range(3)]
    assert numbers == [1, 2, 3]


async def test_slow_reader_loses_the_oldest_message_and_keeps_the_newest(layer: LocalChannelLayer) -> None:
    channel = await layer.new_channel()
    await layer.group_add("inbox", channel)
    for number in range(5):
        await layer.group_send("inbox", {"number": number})
    await asyncio.sleep(0)
    numbers = [(await asyncio.wait_for(layer.receive(channel), SECONDS))["number"] for _ in range(3)]
    assert numbers == [2, 3, 4]


async def test_reader_that_stops_waiting_misses_nothing_in_between(layer: LocalChannelLayer) -> None:
    channel = await layer.new_channel()
    await layer.group_add("inbox", channel)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(layer.receive(channel), 0.01)
    await layer.group_send("inbox", {"number": 1})
    assert await asyncio.wait_for(layer.receive(channel), SECONDS) == {"number": 1}


async def test_what_the_sender_changes_afterwards_is_not_seen(layer: LocalChannelLayer) -> None:
    channel = await layer.new_channel()
    message = {"type": "changed", "ids": [1]}
    await layer.send(channel, message)
    message["ids"].append(2)  # type: ignore[union-attr]
    assert await asyncio.wait_for(layer.receive(channel), SECONDS) == {"type": "changed", "ids": [1]}


def test_consumer_whose_loop_is_closed_is_forgotten(layer: LocalChannelLayer) -> None:
    async def join() -> None:
        await layer.group_add("inbox", await layer.new_channel())

    asyncio.run(join())
    async_to_sync(layer.group_send)("inbox", {"type": "changed"})
    assert layer.mailboxes == {}
    assert layer.groups == {}


async def test_consumer_that_ended_without_leaving_is_forgotten_after_a_while() -> None:
    layer = LocalChannelLayer(expiry=-1)
    gone = await layer.new_channel()
    await layer.group_add("inbox", gone)
    kept = asyncio.create_task(layer.receive("kept.local!1"))
    await asyncio.sleep(0)
    await layer.group_send("inbox", {"type": "changed"})
    assert list(layer.mailboxes) == ["kept.local!1"]
    assert layer.groups == {}
    kept.cancel()


@pytest.mark.parametrize("name", ["with space", "a" * 200, "slash/ed"])
async def test_name_that_redis_would_refuse_is_refused_here_too(layer: LocalChannelLayer, name: str) -> None:
    with pytest.raises(TypeError):
        await layer.group_send(name, {"type": "changed"})
