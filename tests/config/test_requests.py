"""How the server runs requests: in threads of its own, streams piece by piece, and no more than there is room for."""

from __future__ import annotations

import asyncio
import gc
import threading
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import pytest
from asgiref.testing import ApplicationCommunicator
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import path
from pytest_django import Settings
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config import requests
from config.requests import ThreadHandler
from tests.faults.driver import wait_until

pytestmark = pytest.mark.urls(__name__)

views: dict[str, Callable[[], HttpResponseBase]] = {}


def show(request: HttpRequest, name: str) -> HttpResponseBase:
    return views[name]()


class Circle(APIView):
    """The request, its view and what they hold know one another."""

    authentication_classes = ()
    permission_classes = ()
    seen: ClassVar[list[weakref.ref[Any]]] = []

    def get(self, request: Request) -> Response:
        self.seen[:] = [weakref.ref(one) for one in (self, request, request._request)]
        vars(request._request)["own"] = request._request  # one circle more, as middleware makes them
        return Response({"found": True})


urlpatterns = [path("circle/", Circle.as_view()), path("<str:name>/", show)]


@pytest.fixture(autouse=True)
def plain(settings: Settings) -> Iterator[None]:
    settings.MIDDLEWARE = ["config.health.HealthMiddleware"]
    settings.ALLOWED_HOSTS = ["testserver"]
    yield
    views.clear()
    handler.cache_clear()


def ask(address: str) -> ApplicationCommunicator[Any, Any]:
    scope = {
        "type": "http", "method": "GET", "path": address, "query_string": b"", "headers": [(b"host", b"testserver")],
    }  # fmt: skip
    return ApplicationCommunicator(handler(), scope)


@cache
def handler() -> ThreadHandler:
    """One for each test."""
    return ThreadHandler()


async def answer(address: str) -> tuple[int, dict[str, str], list[bytes]]:
    """Status, headers and the pieces of the body."""
    call = ask(address)
    await call.send_input({"type": "http.request", "body": b""})
    head = await call.receive_output(10)
    assert head["type"] == "http.response.start"
    parts, goes_on = [], True
    while goes_on:
        message = await call.receive_output(10)
        parts.append(message.get("body", b""))
        goes_on = message.get("more_body", False)
    await call.wait(10)
    return head["status"], {name.decode(): value.decode() for name, value in head["headers"]}, parts


def test_a_view_runs_in_a_thread_of_the_server_and_the_loop_is_free() -> None:
    views["name"] = lambda: HttpResponse(threading.current_thread().name)
    status, _, parts = asyncio.run(answer("/name/"))
    assert status == 200
    assert parts[0].startswith(b"request")


def test_a_file_is_sent_piece_by_piece_and_closed(tmp_path: Path) -> None:
    content = bytes(range(256)) * 1000
    (tmp_path / "found").write_bytes(content)
    opened = (tmp_path / "found").open("rb")
    views["file"] = lambda: FileResponse(opened, filename="found.bin", as_attachment=True)
    status, headers, parts = asyncio.run(answer("/file/"))
    assert (status, headers["Content-Length"]) == (200, "256000")
    assert "found.bin" in headers["Content-Disposition"]
    assert len(parts) > 3
    assert b"".join(parts) == content
    assert opened.closed


def test_cookies_of_a_stream_are_sent_with_its_head() -> None:
    def stream() -> HttpResponseBase:
        found = StreamingHttpResponse(iter([b"a", b"b"]))
        found.set_cookie("seen", "yes")
        return found

    views["stream"] = stream
    _, headers, parts = asyncio.run(answer("/stream/"))
    assert "seen=yes" in headers["Set-Cookie"]
    assert b"".join(parts) == b"ab"


def test_an_asynchronous_stream_is_sent_too() -> None:
    async def parts() -> AsyncIterator[bytes]:
        for part in (b"a", b"b"):
            await asyncio.sleep(0)
            yield part

    views["stream"] = lambda: StreamingHttpResponse(parts())
    assert b"".join(asyncio.run(answer("/stream/"))[2]) == b"ab"


def test_a_stream_without_an_end_ends_when_nobody_listens() -> None:
    is_closed = threading.Event()

    def parts() -> Iterator[bytes]:
        try:
            while True:
                yield b"more"
        finally:
            is_closed.set()

    views["stream"] = lambda: StreamingHttpResponse(parts())

    async def leave() -> None:
        call = ask("/stream/")
        await call.send_input({"type": "http.request", "body": b""})
        for _ in range(5):
            await call.receive_output(10)
        await call.send_input({"type": "http.disconnect"})
        await call.wait(10)

    asyncio.run(leave())
    assert is_closed.is_set()


def test_a_request_that_was_answered_is_let_go_without_the_collector() -> None:
    gc.disable()
    try:
        status, _, parts = asyncio.run(answer("/circle/"))
        assert [one() for one in Circle.seen] == [None, None, None]
    finally:
        gc.enable()
    assert (status, parts) == (200, [b'{"found":true}'])


def test_a_view_that_fails_is_500_and_the_next_one_runs() -> None:
    def fail() -> HttpResponseBase:
        raise ValueError("a defect")

    views.update(fail=fail, fine=lambda: HttpResponse("fine"))

    async def both() -> list[int]:
        return [(await answer(f"/{name}/"))[0] for name in ("fail", "fine")]

    assert asyncio.run(both()) == [500, 200]


def test_more_requests_than_there_is_room_for_are_told_to_come_again(
    monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    settings.ENGINE_LIMITS = settings.ENGINE_LIMITS | {"units": 1}
    monkeypatch.setattr(requests, "THREADS", 1)
    let_go = threading.Event()
    views["waits"] = lambda: HttpResponse(str(let_go.wait(10)))

    async def crowd() -> tuple[Any, Any, Any, list[int]]:
        inside = [asyncio.create_task(answer("/waits/")) for _ in range(2)]
        await asyncio.to_thread(wait_until, lambda: handler().open == 2, "both of them")
        refused = await answer("/waits/")
        program = await answer("/api/v1/tasks/")
        alive = await answer("/healthz")
        let_go.set()
        return refused, program, alive, [(await one)[0] for one in inside]

    refused, program, alive, inside = asyncio.run(crowd())
    assert (refused[0], refused[1]["Retry-After"]) == (503, "1")
    assert (program[0], program[1]["Content-Type"]) == (503, "application/problem+json")
    assert alive[0] == 200
    assert inside == [200, 200]


def test_a_request_whose_client_has_gone_ends_all_the_same() -> None:
    begun, let_go, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> HttpResponseBase:
        begun.set()
        let_go.wait(10)
        ended.set()
        return HttpResponse("nobody reads it")

    views["slow"] = work

    async def leave() -> None:
        call = ask("/slow/")
        await call.send_input({"type": "http.request", "body": b""})
        assert await asyncio.to_thread(begun.wait, 10)
        await call.send_input({"type": "http.disconnect"})
        let_go.set()
        await call.receive_output(10)
        await call.wait(10)

    asyncio.run(leave())
    assert ended.is_set()
