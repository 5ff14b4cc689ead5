"""Who else has a draft open, and that somebody saved it, told over the WebSocket to who may edit it."""

from __future__ import annotations

from typing import Any

import pytest
from channels.db import database_sync_to_async

from engine.push.sender import sender
from engine.service import drafts
from tests.api.test_live import make_socket
from tests.infrastructure.sockets import SocketClient
from tests.service.diagrams import PLAIN, make_person

pytestmark = pytest.mark.django_db(transaction=True)
run = database_sync_to_async


async def enter(name: str, *groups: str) -> SocketClient:
    client = await run(lambda: make_socket(make_person(name, *groups)))()
    assert await client.connect() is None
    await client.send_json({"subscribe": "draft", "id": "p"})
    return client


async def leave(client: SocketClient) -> None:
    await client.send_input({"type": "websocket.disconnect", "code": 1000})
    await client.wait()


def save(revision: int) -> None:
    drafts.save_draft(None, "p", PLAIN.replace("Review", f"Review {revision}"), revision)
    sender.flush()


def said(frame: dict[str, Any]) -> tuple[str, str]:
    return frame["type"], frame["user"]


async def test_two_who_have_the_draft_open_hear_of_one_another_and_of_who_goes() -> None:
    ann = await enter("ann", "modelers")
    bob = await enter("bob", "modelers")
    assert said(await ann.receive_json()) == ("here", "bob")
    assert said(await bob.receive_json()) == ("here", "ann")
    await leave(bob)
    assert said(await ann.receive_json()) == ("gone", "bob")
    await leave(ann)


async def test_same_person_in_two_windows_is_two_places() -> None:
    user = await run(make_person)("ann", "modelers")
    first, second = [await run(make_socket)(user) for _ in range(2)]
    for client in (first, second):
        await client.connect()
        await client.send_json({"subscribe": "draft", "id": "p"})
    assert said(await first.receive_json()) == ("here", "ann")
    await leave(first)
    await leave(second)


async def test_who_has_it_open_hears_that_it_was_saved_and_which_revision_that_is() -> None:
    ann, bob = await enter("ann", "modelers"), await enter("bob", "modelers")
    await ann.receive_json()
    for revision in (0, 1):
        await run(save)(revision)
        expected = {"topic": "draft", "id": "p", "type": "saved", "revision": revision + 1, "by": ""}
        assert await ann.receive_json() == expected
    await leave(ann)
    await leave(bob)


async def test_who_may_not_edit_hears_nothing_of_it() -> None:
    clerk = await enter("clerk", "participants")
    assert (await clerk.receive_json())["type"] == "refused"
    ann = await enter("ann", "modelers")
    assert await clerk.receive_nothing()
    await leave(clerk)
    await leave(ann)


async def test_who_closes_the_draft_is_gone() -> None:
    ann, bob = await enter("ann", "modelers"), await enter("bob", "modelers")
    await ann.receive_json()
    await bob.send_json({"unsubscribe": "draft", "id": "p"})
    assert said(await ann.receive_json()) == ("gone", "bob")
    await leave(ann)
    await leave(bob)
