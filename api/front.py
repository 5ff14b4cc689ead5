"""What stands before the API's views, on the server's loop: limits for each caller, and answers that are held back.

A caller beyond the limit is refused here, at almost no cost, and not at once: whoever does not stop gets slower.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.conf import settings
from rest_framework.renderers import JSONRenderer

from api.turns import Turns
from api.waiting import MEMBER, LookOut, Wait

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

PREFIXES = ("/api/", "/engine-rest/")
MOST_CALLERS = 10_000
SLOWING_SECONDS = 0.25


class Buckets:
    """A token bucket for each caller: `rate` a second, `burst` at once."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate, self.burst = rate, burst
        self.known: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def left(self, caller: str) -> float:
        left, since = self.known.get(caller, (self.burst, 0.0))
        return min(self.burst, left + (time.monotonic() - since) * self.rate)

    def take(self, caller: str) -> float:
        """What is left after it; less than nothing where it was refused, and nothing is taken then."""
        left = self.left(caller) - 1
        if left >= 0:
            self.known[caller] = (left, time.monotonic())
            self.known.move_to_end(caller)
            if len(self.known) > MOST_CALLERS:
                self.known.popitem(last=False)
        return left


class Front:
    """Around the whole HTTP application; what is no call of the API passes through."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.calls = Buckets(settings.API_RATE, settings.API_BURST)
        self.refusals = Buckets(1.0, settings.API_REFUSALS)
        self.turns = Turns(settings.API_AT_ONCE)
        self.look_out: LookOut | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(PREFIXES):
            await self.application(scope, receive, send)
            return
        caller, address = name_callers(scope)
        if self.refusals.burst and self.refusals.left(address) < 1:
            await slow_down(send, 1 / self.refusals.rate, "Too many wrong sign-ins from your address.")
            return
        headers: list[tuple[bytes, bytes]] = []
        if self.calls.rate:
            left = self.calls.take(caller)
            if left < 0:
                await slow_down(send, -left / self.calls.rate, "You have sent too many requests.")
                return
            headers = limit_headers(self.calls, left)
        body = await read_body(scope, receive)
        if body is None:
            await refuse(send, 413, "too-large", f"A body has at most {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes.")
            return
        await self.call(dict(scope), body, receive, Answer(send, headers, self.note_refusal(address)), caller)

    def note_refusal(self, address: str) -> Callable[[int], None]:
        def note(status: int) -> None:
            if status == 401:
                self.refusals.take(address)

        return note

    async def call(self, scope: Scope, body: bytes, receive: Receive, answer: Answer, caller: str) -> None:
        """Few calls of one caller run at a time; the others of the same caller wait for their turn."""
        async with self.turns.turn(caller):
            await self.application(scope, replay(body, receive), answer.send_unless_waiting(scope))
        wait: Wait | None = scope.get(MEMBER)
        if wait is not None and answer.is_held:
            await self.answer_late(wait, answer, receive)

    async def answer_late(self, wait: Wait, answer: Answer, receive: Receive) -> None:
        if self.look_out is None:
            self.look_out = LookOut()
        if self.look_out.is_full:
            await refuse(answer.send, 503, "too-many-waiting", "Too many requests wait already.", retry_after=5)
            return
        gone = asyncio.ensure_future(receive())
        try:
            found = await self.look_out.wait(wait, gone)
            if not gone.done():
                await answer.release(None if found is None else JSONRenderer().render(found))
            elif found is not None:
                await self.look_out.give_back(wait, found)
        finally:
            gone.cancel()

    def close(self) -> None:
        if self.look_out is not None:
            self.look_out.close()


class Answer:
    """An answer on its way; one that waits is held back."""

    def __init__(self, send: Send, headers: list[tuple[bytes, bytes]], note: Callable[[int], None]) -> None:
        self.send, self.headers, self.note = send, headers, note
        self.held: list[Message] = []

    @property
    def is_held(self) -> bool:
        return bool(self.held)

    def send_unless_waiting(self, scope: Scope) -> Send:
        async def pass_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.note(message["status"])
                message = {**message, "headers": [*message.get("headers", ()), *self.headers]}
                if MEMBER in scope and message["status"] < 300:
                    self.held.append(message)
                    return
            if self.held:
                self.held.append(message)
            else:
                await self.send(message)

        return pass_on

    async def release(self, body: bytes | None) -> None:
        """As it was held, or with another body."""
        if body is None:
            for message in self.held:
                await self.send(message)
            return
        start = self.held[0]
        headers = [one for one in start["headers"] if one[0].lower() != b"content-length"]
        await self.send({**start, "headers": [*headers, (b"Content-Length", str(len(body)).encode())]})
        await self.send({"type": "http.response.body", "body": body})


def name_callers(scope: Scope) -> tuple[str, str]:
    """Who calls, told by what they sign with, and the address they call from; neither is kept in the clear."""
    address = str((scope.get("client") or ("",))[0])
    signature = b""
    for name, value in scope["headers"]:
        if name == b"authorization":
            signature = value
            break
        if name == b"cookie" and b"sessionid=" in value:
            signature = value.split(b"sessionid=", 1)[1].split(b";", 1)[0]
    caller = hashlib.blake2b(signature, digest_size=16).hexdigest() if signature else address
    return caller, address


async def read_body(scope: Scope, receive: Receive) -> bytes | None:
    """The whole body; None where it is too large: no more of it is read."""
    most: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    declared = dict(scope["headers"]).get(b"content-length", b"0")
    # Of bytes this is true of ASCII digits alone.
    if declared.isdigit() and int(declared[:19]) > most:
        return None
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(parts)  # gone: the application notices
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            return None
        if not message.get("more_body"):
            return b"".join(parts)


def replay(body: bytes, receive: Receive) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return messages.pop() if messages else await receive()

    return again


def limit_headers(buckets: Buckets, left: float) -> list[tuple[bytes, bytes]]:
    seconds = max(0, round((buckets.burst - left) / buckets.rate))
    return [
        (b"RateLimit-Limit", str(int(buckets.burst)).encode()),
        (b"RateLimit-Remaining", str(max(0, int(left))).encode()),
        (b"RateLimit-Reset", str(seconds).encode()),
    ]


async def slow_down(send: Send, seconds: float, detail: str) -> None:
    await asyncio.sleep(SLOWING_SECONDS)
    await refuse(send, 429, "too-many-requests", detail, retry_after=max(1, round(seconds + 0.5)))


async def refuse(send: Send, status: int, code: str, detail: str, retry_after: int | None = None) -> None:
    problem = {"type": "about:blank", "title": detail, "status": status, "code": code, "detail": detail}
    body = json.dumps(problem | {"message": detail}).encode()
    headers = [
        (b"Content-Type", b"application/problem+json"),
        (b"Content-Length", str(len(body)).encode()),
        # What is left of a body that is too large is not read.
        *([(b"Connection", b"close")] if status == 413 else []),
        *([(b"Retry-After", str(retry_after).encode())] if retry_after is not None else []),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
