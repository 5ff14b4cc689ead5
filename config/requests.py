"""How a request runs: from its first middleware to the end of its view in one thread, with one way there and back.

Django's own handler is on the loop in between, and has a thread of its own for each signal: five ways more, which take
longer than most views.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, cast

from django.conf import settings
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.db import close_old_connections
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.urls import set_script_prefix

from config.health import ALIVE, report
from config.later import answer_later
from config.sqlite.base import keep_connection
from engine.service.working import at_work

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

# More than can be at work at once: most of them wait, for the database or for whoever writes for them.
THREADS = 64
BUSY = "More is going on than there is room for. Nothing was changed; try again soon."


class ThreadHandler(ASGIHandler):
    """The ASGI application of all HTTP. Views are synchronous; one whose client has gone ends all the same."""

    def __init__(self) -> None:
        BaseHandler.__init__(self)
        self.load_middleware(is_async=False)
        self.threads = ThreadPoolExecutor(THREADS, "request", keep_connection)
        self.open = 0  # requests that have a thread or wait for one

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == ALIVE:  # even where all threads are taken
            await self.send_response(report({}), send)
            return
        if self.open >= THREADS + settings.ENGINE_LIMITS["units"]:
            await self.send_response(answer_later(scope["path"], "too-busy", BUSY, 1), send)
            return
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        self.open += 1
        try:
            response = await self.in_thread(self.respond, scope, body)
        finally:
            self.open -= 1
        if isinstance(response, StreamingHttpResponse):
            await self.send_stream(response, receive, send)
        else:
            await self.send_response(response, send)

    async def in_thread(self, function: Callable[..., Any], *arguments: Any) -> Any:
        run = partial(contextvars.copy_context().run, function, *arguments)
        return await asyncio.get_running_loop().run_in_executor(self.threads, run)

    def respond(self, scope: Scope, body: Any) -> HttpResponseBase:
        """With everything that belongs to it; only a stream is still open then."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=self.__class__, scope=scope)
        request, refusal = self.create_request(scope, body)
        with at_work():
            response: HttpResponseBase = refusal if request is None else self.get_response(request)
        response._handler_class = self.__class__  # type: ignore[attr-defined]
        if isinstance(response, FileResponse):
            response.block_size = self.chunk_size
        if response.streaming:
            close_old_connections()  # what it reads from now on is not the database
        else:
            response.close()
            body.close()
            take_apart(request, response)
        return response

    async def send_stream(self, response: StreamingHttpResponse, receive: Receive, send: Send) -> None:
        """Piece by piece, none of which is kept, until the end or until nobody listens any more."""
        gone = asyncio.ensure_future(receive())
        empty = HttpResponse(status=response.status_code, headers=dict(response.items()))
        empty.cookies = response.cookies
        try:
            await self.send_response(empty, partial(self.send_head, send))
            async for part in self.read_stream(response):
                if gone.done():
                    return
                await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            gone.cancel()
            await self.in_thread(response.close)

    async def read_stream(self, response: StreamingHttpResponse) -> AsyncIterator[bytes]:
        if response.is_async:
            async for part in cast("AsyncIterator[bytes]", response.streaming_content):
                yield part
            return
        parts = iter(cast("Iterator[bytes]", response.streaming_content))
        while (part := await self.in_thread(next, parts, None)) is not None:
            yield part

    @staticmethod
    async def send_head(send: Send, message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)


def take_apart(request: HttpRequest | None, response: HttpResponseBase) -> None:
    """Once answered, a request is let go at once. It, its view and whoever signed in know one another in circles, which
    only the collector undoes: for a thousand requests together, and everybody waits a fifth of a second meanwhile."""
    context = getattr(response, "renderer_context", None) or {}
    for part in (context.get("view"), context.get("request"), request):
        if part is not None:
            vars(part).clear()
    context.clear()
