"""Whose call runs next: alone a caller may have many at a time; beside others one with a queue has one.

A call takes time of the whole process. Who sends more than it can do shall wait longer, and the others hardly: while
somebody without a queue is there, one with a queue pauses after each call. Callers with queues share without pauses.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

BESIDE_SECONDS = 2.0  # so long after a call its caller counts as being there
# A pause as a multiple of what the call took: of twenty calls of somebody else one meets a call of the queue.
PAUSE_FACTOR = 20.0
LONGEST_PAUSE = 1.0  # seconds: a single slow call is no flood
MOST_LATEST = 16


class Line:
    """The calls of one caller."""

    def __init__(self) -> None:
        self.running = 0
        self.waiting: deque[asyncio.Future[None]] = deque()


class Turns:
    def __init__(self, at_once: int) -> None:
        self.at_once = at_once
        self.lines: dict[str, Line] = {}
        self.latest: dict[str, float] = {}  # the callers that were there last

    @asynccontextmanager
    async def turn(self, caller: str) -> AsyncIterator[None]:
        self.note(caller)
        line = self.lines.setdefault(caller, Line())
        if line.waiting or line.running >= self.allowed(caller):
            place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            line.waiting.append(place)
            try:
                await place
            except asyncio.CancelledError:
                if place.done() and not place.cancelled():
                    self.leave(caller, line)
                else:
                    line.waiting.remove(place)
                raise
        else:
            line.running += 1
        since = time.monotonic()
        try:
            yield
        finally:
            if line.waiting and self.is_beside_somebody_quick(caller):
                pause = min((time.monotonic() - since) * PAUSE_FACTOR, LONGEST_PAUSE)
                asyncio.get_running_loop().call_later(pause, self.leave, caller, line)
            else:
                self.leave(caller, line)

    def note(self, caller: str) -> None:
        self.latest.pop(caller, None)
        self.latest[caller] = time.monotonic()
        while len(self.latest) > MOST_LATEST:
            del self.latest[next(iter(self.latest))]

    def allowed(self, caller: str) -> int:
        return 1 if self.others(caller) else self.at_once

    def others(self, caller: str) -> list[str]:
        since = time.monotonic() - BESIDE_SECONDS
        return [one for one, seen in self.latest.items() if one != caller and seen >= since]

    def is_beside_somebody_quick(self, caller: str) -> bool:
        """Who has no queue sends one call after the other, and waits for each."""
        return any(one not in self.lines or not self.lines[one].waiting for one in self.others(caller))

    def leave(self, caller: str, line: Line) -> None:
        line.running -= 1
        while line.waiting and line.running < self.allowed(caller):
            place = line.waiting.popleft()
            if not place.done():
                line.running += 1
                place.set_result(None)
        if not line.running and not line.waiting and self.lines.get(caller) is line:
            del self.lines[caller]
