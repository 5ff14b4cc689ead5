"""Answers that wait until there is something to say: long polls and `await`. Nobody who waits holds a thread.

A view that has nothing to say yet leaves a `Wait` with its request and answers as if time were up. The front of the
API (api.front) holds that answer back, and asks again when the look-out says that it is worth it.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from channels.db import database_sync_to_async
from channels.layers import get_channel_layer
from rest_framework.request import Request

from engine.push.moved import GROUP
from engine.service import external, reading

logger = logging.getLogger(__name__)

MEMBER = "statewright.wait"
LOOK_SECONDS = 0.5  # without a nudge: other processes make jobs too, and leases run out
PAUSE_SECONDS = 0.05  # between two looks, however many nudges come
MOST_WAITING = 1000


@dataclass
class Wait:
    """`ask` is called in a thread: None says not yet. `give_back` undoes what it found for somebody who has gone."""

    seconds: float
    ask: Callable[[], Any]
    types: frozenset[str] = frozenset()
    instance: int | None = None
    give_back: Callable[[Any], None] | None = None


def wait_for(request: Request, wait: Wait) -> None:
    """Where the server can wait; a plain test client gets the answer of the moment."""
    scope = getattr(request._request, "scope", None)
    if scope is not None and wait.seconds > 0:
        scope[MEMBER] = wait


def wait_for_rest(request: Request, instance: int, seconds: float, answer: Callable[[], Any]) -> None:
    """Until the instance ends or waits for somebody."""
    if seconds > 0 and not reading.is_at_rest(instance):
        wait_for(request, Wait(seconds, lambda: answer() if reading.is_at_rest(instance) else None, instance=instance))


@dataclass(eq=False)
class Waiter:
    wait: Wait
    woken: asyncio.Event


class LookOut:
    """One for the server's loop: looks for all who wait, and wakes those for whom there is something."""

    def __init__(self) -> None:
        self.waiters: list[Waiter] = []  # in the order in which they came
        self.hurry = asyncio.Event()
        self.tasks: list[asyncio.Task[None]] = []
        self.is_closing = False

    @property
    def is_full(self) -> bool:
        return len(self.waiters) >= MOST_WAITING

    async def wait(self, wait: Wait, gone: asyncio.Future[Any]) -> Any:
        """What was asked for; None when time is up or whoever asked has gone."""
        waiter = Waiter(wait, asyncio.Event())
        end = time.monotonic() + wait.seconds
        self.waiters.append(waiter)
        if not self.tasks:
            self.tasks = [asyncio.create_task(self.look()), asyncio.create_task(self.listen())]
        self.hurry.set()
        try:
            while not gone.done() and not self.is_closing:
                woken = asyncio.ensure_future(waiter.woken.wait())
                left = end - time.monotonic()
                await asyncio.wait({woken, gone}, timeout=max(left, 0), return_when=asyncio.FIRST_COMPLETED)
                woken.cancel()
                if gone.done() or not waiter.woken.is_set():
                    return None
                waiter.woken.clear()
                found = await self.ask(wait, gone)
                if found is not None:
                    return found
            return None
        finally:
            self.waiters.remove(waiter)
            if not self.waiters:
                self.stop()

    async def ask(self, wait: Wait, gone: asyncio.Future[Any]) -> Any:
        asking = asyncio.ensure_future(in_thread(wait.ask))
        try:
            found = await asyncio.shield(asking)
        except asyncio.CancelledError:
            await self.give_back(wait, await asking)
            raise
        if gone.done():
            await self.give_back(wait, found)
            return None
        return found

    @staticmethod
    async def give_back(wait: Wait, found: Any) -> None:
        if found and wait.give_back is not None:
            await in_thread(wait.give_back, found)

    async def look(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.hurry.wait(), LOOK_SECONDS)
            self.hurry.clear()
            try:
                await self.wake()
            except Exception:
                logger.exception("nobody could look for those who wait; the next look makes up for it")
            await asyncio.sleep(PAUSE_SECONDS)

    async def wake(self) -> None:
        types = {name for waiter in self.waiters for name in waiter.wait.types}
        available = await in_thread(external.count_available, types) if types else {}
        for waiter in self.waiters:
            if waiter.wait.instance is not None:
                waiter.woken.set()
            for name in waiter.wait.types & available.keys():
                available[name] -= 1
                waiter.woken.set()
                if available[name] <= 0:
                    del available[name]

    async def listen(self) -> None:
        """Nudges of this process and of others; without them the look-out is only less quick."""
        layer = get_channel_layer()
        if layer is None:
            return
        while True:
            channel = await layer.new_channel()
            try:
                await layer.group_add(GROUP, channel)
                while True:
                    await layer.receive(channel)
                    self.hurry.set()
            except Exception as error:  # noqa: BLE001 a Redis that is away must not end the waiting
                logger.warning("no nudges for those who wait: %s", error)
                await asyncio.sleep(1)
            finally:
                with suppress(Exception):
                    await layer.group_discard(GROUP, channel)

    def stop(self) -> None:
        for task in self.tasks:
            task.cancel()
        self.tasks = []

    def close(self) -> None:
        """The server stops: everybody gets the answer of the moment."""
        self.is_closing = True
        for waiter in self.waiters:
            waiter.woken.set()


async def in_thread(function: Callable[..., Any], *arguments: Any) -> Any:
    return await database_sync_to_async(function, thread_sensitive=False)(*arguments)
