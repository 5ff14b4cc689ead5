"""What stands before the views: limits for each caller, the size of bodies, and names that nobody can tell apart."""

from __future__ import annotations

import json
from typing import Any

import pytest

from api import front
from api.front import Front

Answered = list[dict[str, Any]]


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Answers with the size of the body, and 401 to a wrong token."""
    message = await receive()
    status = 401 if (b"authorization", b"Bearer wrong") in scope["headers"] else 200
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": str(len(message["body"])).encode()})


@pytest.fixture
def limited(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Front:
    settings.API_RATE, settings.API_BURST, settings.API_REFUSALS = 1, 3, 2
    monkeypatch.setattr(front, "SLOWING_SECONDS", 0)
    monkeypatch.setattr(front.time, "monotonic", lambda: 1000.0)
    return Front(application)


async def call(
    limited: Front, token: str = "a", body: bytes = b"", path: str = "/api/v1/tasks/", **headers: str
) -> Answered:
    given = [(b"authorization", f"Bearer {token}".encode())]
    given += [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    messages = [{"type": "http.request", "body": body, "more_body": False}]
    answered: Answered = []

    async def receive() -> Any:
        return messages.pop()

    async def send(message: Any) -> None:
        answered.append(message)

    await limited({"type": "http", "path": path, "headers": given, "client": ("127.0.0.1", 1)}, receive, send)
    return answered


def read(answered: Answered) -> tuple[int, dict[bytes, bytes], bytes]:
    start, *rest = answered
    return start["status"], dict(start["headers"]), b"".join(message["body"] for message in rest)


async def test_a_caller_beyond_the_limit_is_told_when_to_come_again_and_others_are_not_limited(limited: Front) -> None:
    answers = [read(await call(limited)) for _ in range(4)]
    assert [status for status, _, _ in answers] == [200, 200, 200, 429]
    assert [headers.get(b"RateLimit-Remaining") for _, headers, _ in answers] == [b"2", b"1", b"0", None]
    _, headers, body = answers[-1]
    assert int(headers[b"Retry-After"]) >= 1
    assert json.loads(body)["code"] == "too-many-requests"
    assert read(await call(limited, "b"))[0] == 200


async def test_time_gives_calls_back(limited: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(4):
        await call(limited)
    monkeypatch.setattr(front.time, "monotonic", lambda: 1001.5)
    assert [read(await call(limited))[0] for _ in range(2)] == [200, 429]


async def test_wrong_credentials_from_one_address_are_limited_whatever_they_are(limited: Front) -> None:
    assert [read(await call(limited, "wrong"))[0] for _ in range(3)] == [401, 401, 429]
    assert read(await call(limited, "another"))[0] == 429


async def test_pages_are_not_limited_here(limited: Front) -> None:
    assert {read(await call(limited, path="/tasks/"))[0] for _ in range(10)} == {200}


async def test_a_body_that_is_too_large_is_not_read(limited: Front, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    assert read(await call(limited, body=b"x" * 10))[2] == b"10"
    assert read(await call(limited, body=b"x" * 11))[0] == 413
    assert read(await call(limited, content_length="99999999999999999999999"))[0] == 413


async def test_what_a_caller_signs_with_is_not_kept(limited: Front) -> None:
    await call(limited, "secret-token")
    assert "secret-token" not in str(limited.calls.known)
