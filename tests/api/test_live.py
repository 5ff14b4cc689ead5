"""The WebSocket: an open page hears every step, in order, and gets what it missed; nobody else's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.contrib.auth.models import AbstractUser
from django.test import Client

from engine.push.sender import sender
from engine.service import instances, items
from tests.infrastructure.sockets import SocketClient
from tests.service.diagrams import DECIDED, deploy, item_of, make_person

pytestmark = pytest.mark.django_db(transaction=True)
run = database_sync_to_async


def make_socket(user: AbstractUser | None) -> SocketClient:
    from config.asgi import application

    headers = [(b"host", b"localhost"), (b"origin", b"http://localhost")]
    if user is not None:
        client = Client()
        client.force_login(user)
        headers.append((b"cookie", f"sessionid={client.cookies['sessionid'].value}".encode()))
    return SocketClient(application, "/ws/", headers)


@pytest.fixture
async def socket() -> AsyncIterator[SocketClient]:
    """The socket of an administrator who works as a manager too."""
    client = await run(lambda: make_socket(make_person("admin", "administrators", "managers")))()
    assert await client.connect() is None
    yield client
    await client.send_input({"type": "websocket.disconnect", "code": 1000})
    await client.wait()


def start() -> int:
    deploy(DECIDED)
    return instances.start("p", None)


def complete(instance: int) -> None:
    items.complete(item_of(instance).pk, None, outcome="approve")
    sender.flush()


def nodes(frame: dict[str, Any]) -> list[str]:
    return [node for what, node, _, _ in frame["entries"] if what == "entered"]


async def test_a_follower_hears_each_step_when_it_happens(socket: SocketClient) -> None:
    instance = await run(start)()
    await socket.send_json({"subscribe": "instance", "id": str(instance), "after": 0})
    first = await socket.receive_json()
    assert (first["type"], first["sequence"], first["status"], nodes(first)) == (
        "steps", 1, "active", ["start", "review"],
    )  # fmt: skip
    await run(complete)(instance)
    second = await socket.receive_json()
    assert (second["sequence"], second["status"], nodes(second)) == (2, "completed", ["decision", "approved"])


async def test_who_comes_back_gets_what_was_missed_and_no_more(socket: SocketClient) -> None:
    instance = await run(start)()
    await run(complete)(instance)
    await socket.send_json({"subscribe": "instance", "id": str(instance), "after": 1})
    assert (await socket.receive_json())["sequence"] == 2
    await socket.send_json({"subscribe": "nothing-like-this"})
    assert (await socket.receive_json())["type"] == "refused"


async def test_an_instance_of_other_people_is_refused() -> None:
    instance = await run(start)()
    client = await run(lambda: make_socket(make_person("stranger")))()
    assert await client.connect() is None
    await client.send_json({"subscribe": "instance", "id": str(instance)})
    assert (await client.receive_json())["type"] == "refused"
    await client.send_input({"type": "websocket.disconnect", "code": 1000})
    await client.wait()


async def test_who_is_not_signed_in_is_closed() -> None:
    client = await run(lambda: make_socket(None))()
    assert await client.connect() is None
    closed = await client.receive_output(10)
    assert (closed["type"], closed["code"]) == ("websocket.close", 4401)
    await client.wait()


@pytest.mark.parametrize(
    "frame",
    [
        {"subscribe": "instance", "id": "²"},
        {"subscribe": "instance", "id": "9" * 30},
        {"subscribe": "instance", "id": ["1"]},
        {"subscribe": "instance", "id": 999_999_999_999_999_999},
        {"subscribe": ["instance"]},
        {"unsubscribe": {"a": 1}},
        {"unsubscribe": "instance", "id": "²"},
        [],
        "text",
        {"subscribe": "x" * 20_000},
    ],
)
async def test_a_hostile_frame_is_refused_and_the_socket_lives(socket: SocketClient, frame: object) -> None:
    await socket.send_json(frame)
    await socket.send_json({"subscribe": "nowhere"})
    answers = [await socket.receive_json()]
    while await socket.receive_nothing(0.2) is False:
        answers.append(await socket.receive_json())
    assert {answer["type"] for answer in answers} == {"refused"}


async def test_a_list_is_told_to_refresh(socket: SocketClient) -> None:
    await socket.send_json({"subscribe": "inbox"})
    await asyncio.sleep(0)
    await run(start)()
    await run(sender.flush)()
    assert await socket.receive_json() == {"type": "refresh", "topic": "inbox"}
