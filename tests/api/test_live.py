"""The WebSocket: an open page hears every step, in order, and gets what it missed; nobody else's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from channels.db import database_sync_to_async
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils.timezone import now

from api.access.tokens import make_token
from api.models import AccessToken
from engine.push.sender import sender
from engine.service import breakers, history, instances, items, jobs
from tests.infrastructure.sockets import SECONDS, SocketClient
from tests.service.diagrams import CALLING, CHARGED, DECIDED, REVIEW, deploy, item_of, job, make_person

pytestmark = pytest.mark.django_db(transaction=True)
run = database_sync_to_async


@pytest.fixture(autouse=True)
def quick_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.live.WATCH_SECONDS", 0.2)


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
    await client.close()


def start() -> int:
    deploy(DECIDED)
    return instances.start("p", None)


def start_service() -> int:
    breakers.forget_all()
    deploy(CHARGED)
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


async def test_an_open_breaker_is_told_to_who_follows_a_step_that_waits_for_it(socket: SocketClient) -> None:
    instance = await run(start_service)()
    await socket.send_json({"subscribe": "instance", "id": str(instance), "after": 0})
    assert (await socket.receive_json())["attempts"] == []

    def fail() -> None:
        breakers.record([("charge-card", False)] * breakers.MOST_FAILURES)
        sender.flush()

    await run(fail)()
    opened = await socket.receive_json()
    assert opened["type"] == "attempts"
    assert [(one["node"], one["rests_until"] is not None) for one in opened["attempts"]] == [("charge", True)]

    def close() -> None:
        breakers.reset("charge-card", None)
        sender.flush()

    await run(close)()
    assert (await socket.receive_json())["attempts"] == []


async def test_who_follows_an_instance_hears_of_what_stands_still_in_those_it_calls(socket: SocketClient) -> None:
    def call() -> int:
        breakers.forget_all()
        deploy(CALLING.replace(REVIEW, job(id="review")))
        return instances.start("p", None)

    def fail() -> None:
        (leased,) = jobs.lease(["charge-card"], "w", seconds=60)
        jobs.fail(leased.id, "w", "The bank is away", retries=0)
        sender.flush()

    instance = await run(call)()
    await socket.send_json({"subscribe": "instance", "id": str(instance), "after": 0})
    assert (await socket.receive_json())["attempts"] == []
    await run(fail)()
    told = await socket.receive_json()
    assert told["type"] == "attempts"
    assert [(one["node"], one["standing"], one["message"]) for one in told["attempts"]] == [("call", 1, "")]


async def test_many_steps_at_once_come_together_and_none_is_missing(
    socket: SocketClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = await run(start)()
    await socket.send_json({"subscribe": "instance", "id": str(instance), "after": 0})
    last = (await socket.receive_json())["sequence"]

    def change() -> None:
        for amount in range(20):
            instances.set_variables(instance, None, {"amount": amount})
        sender.flush()

    await run(change)()
    frames = 0
    while last < 21:
        frame = await socket.receive_json()
        assert frame["after"] == last, "no step is left out"
        last, frames = frame["sequence"], frames + 1
    assert frames < 20


async def test_a_long_past_comes_in_parts(socket: SocketClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "MOST_STEPS", 2)
    monkeypatch.setattr(history.steps_after, "__kwdefaults__", {"limit": 2})
    instance = await run(start)()
    await run(lambda: [instances.set_variables(instance, None, {"amount": amount}) for amount in range(4)])()
    await socket.send_json({"subscribe": "instance", "id": str(instance), "after": 0})
    frames = [await socket.receive_json() for _part in range(3)]
    assert [(frame["after"], frame["sequence"]) for frame in frames] == [(0, 2), (2, 4), (4, 5)]


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
    closed = await client.receive_output(SECONDS)
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


async def follow_process(socket: SocketClient, after: dict[str, int] | None = None) -> None:
    await socket.send_json({"subscribe": "process", "id": "p", "after": after or {}})


async def test_who_follows_a_process_hears_which_instances_moved_and_what_was_missed(socket: SocketClient) -> None:
    instance = await run(start)()
    await follow_process(socket)
    frame = await socket.receive_json()
    assert frame == {"type": "moved", "process": "p", "instance": str(instance), "sequence": 1, "status": "active"}
    await run(complete)(instance)
    assert (await socket.receive_json())["status"] == "completed"
    await socket.send_json({"unsubscribe": "process", "id": "p"})
    await follow_process(socket, {str(instance): 1})
    assert (await socket.receive_json())["sequence"] == 2
    await follow_process(socket, {str(instance): 2})
    assert await socket.receive_nothing(0.2)


async def test_who_follows_the_inbox_from_a_sequence_hears_what_is_new(socket: SocketClient) -> None:
    instance = await run(start)()
    item = await run(lambda: item_of(instance).pk)()
    await socket.send_json({"subscribe": "inbox", "after": 0})
    assert await socket.receive_json() == {"type": "inbox", "sequence": item, "count": 1}
    await run(complete)(instance)
    assert (await socket.receive_json())["count"] == 0


def take_groups_away() -> None:
    get_user_model().objects.get(username="admin").groups.clear()


async def test_a_right_that_is_taken_away_ends_the_subscription(
    socket: SocketClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = await run(start)()
    await socket.send_json({"subscribe": "instance", "id": str(instance), "after": 0})
    await socket.receive_json()
    await run(take_groups_away)()
    assert await next_frame(socket) == ("websocket.send", "refused")


async def test_who_signs_out_is_closed(socket: SocketClient) -> None:
    await run(lambda: Session.objects.all().delete())()
    closed = await socket.receive_output(SECONDS)
    assert (closed["type"], closed["code"]) == ("websocket.close", 4401)


async def next_frame(socket: SocketClient) -> tuple[str, str]:
    message = await socket.receive_output(SECONDS)
    return message["type"], json.loads(message["text"])["type"]


async def test_a_program_comes_in_with_a_token_and_is_closed_when_it_is_revoked() -> None:
    from config.asgi import application

    def make() -> tuple[int, str]:
        made = make_token(make_person("program", "administrators"), "x", ["read"], None)
        return made.token.pk, made.secret

    key, secret = await run(make)()
    headers = [
        (b"host", b"localhost"),
        (b"origin", b"http://localhost"),
        (b"authorization", f"Bearer {secret}".encode()),
    ]
    client = SocketClient(application, "/ws/", headers)
    assert await client.connect() is None
    await run(lambda: AccessToken.objects.filter(pk=key).update(revoked_at=now()))()
    closed = await client.receive_output(SECONDS)
    assert (closed["type"], closed["code"]) == ("websocket.close", 4401)
    await client.wait()


@pytest.mark.parametrize("origin", [b"http://evil.example", b"null", None])
async def test_another_origin_is_refused(origin: bytes | None) -> None:
    from config.asgi import application

    headers = [(b"host", b"localhost"), *([(b"origin", origin)] if origin is not None else [])]
    assert await SocketClient(application, "/ws/", headers).connect() is not None


async def test_a_thousand_subscriptions_close_the_socket(socket: SocketClient) -> None:
    for number in range(1000):
        await socket.send_json({"subscribe": "process", "id": f"p{number}"})
    messages = [await socket.receive_output(SECONDS)]
    while messages[-1]["type"] != "websocket.close":
        messages.append(await socket.receive_output(SECONDS))
    assert messages[-1]["code"] == 4408
