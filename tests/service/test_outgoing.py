"""Requests that leave the installation: which addresses they reach, how much they read."""

import gzip
import ipaddress
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import httpx
import pytest
from pytest_django import Settings

from engine.service import outgoing
from tests.infrastructure.receiver import Receiver, run_receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with run_receiver() as found:
        yield found


@pytest.fixture
def inside(settings: Settings) -> None:
    settings.OUTGOING_NETWORKS = ["127.0.0.0/8"]


def test_whose_certificates_are_believed_is_read_once(
    receiver: Receiver, inside: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Megabytes of them: for each request they took more memory and time than it."""
    outgoing._trusted.cache_clear()
    read: list[Any] = []
    make = httpx.create_ssl_context
    monkeypatch.setattr(httpx, "create_ssl_context", lambda **given: read.append(given) or make(**given))
    for _ in range(3):
        assert outgoing.send("GET", receiver.url).status == 200
    assert len(read) == 1


INSIDE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "64:ff9b::7f00:1", "2002:7f00:1::", "64:ff9b::a9fe:a9fe",
]  # fmt: skip


@pytest.mark.parametrize("text", INSIDE)
def test_addresses_inside_are_refused(text: str) -> None:
    assert not outgoing.is_allowed(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", ["93.184.216.34", "2606:2800:220:1::1", "::ffff:93.184.216.34"])
def test_public_addresses_are_allowed(text: str) -> None:
    assert outgoing.is_allowed(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "//example.org/", "example.org", "",
        "http://", "http://name:word@example.org/", "http://[::1", "javascript:alert(1)", "http:///path",
    ],
)  # fmt: skip
def test_what_is_no_address_of_http_is_refused(url: str) -> None:
    with pytest.raises(outgoing.Refused):
        outgoing.send("GET", url)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://localhost/", "http://2130706433/", "http://0x7f.1/", "http://127.1/",
        "http://[::ffff:127.0.0.1]/", "http://[::1]/", "http://0/", "http://017700000001/",
    ],
)  # fmt: skip
def test_every_way_to_write_this_machine_is_refused(url: str, receiver: Receiver) -> None:
    with pytest.raises((outgoing.Refused, outgoing.Unreachable)):
        outgoing.send("GET", url.rstrip("/") + f":{receiver.port}/")
    assert receiver.requests == []


def test_one_address_inside_among_several_refuses_them_all(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: Any, **__: Any) -> list[Any]:
        return [(2, 1, 6, "", (address, 80)) for address in ("93.184.216.34", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(outgoing.Refused, match=r"10\.0\.0\.1"):
        outgoing.send("GET", "http://mixed.example/")


def test_the_name_is_resolved_once_and_the_checked_address_is_connected_to(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver, inside: None
) -> None:
    original = socket.getaddrinfo
    asked: list[Any] = []

    def resolve(host: Any, *more: Any, **named: Any) -> Any:
        if host == "changing.example":
            asked.append(host)
            return [(2, 1, 6, "", ("127.0.0.1", receiver.port))]
        return original(host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    answer = outgoing.send("GET", f"http://changing.example:{receiver.port}/a?b=c")
    assert (answer.status, len(asked)) == (200, 1)
    assert receiver.requests[0].headers["host"] == f"changing.example:{receiver.port}"
    assert receiver.requests[0].path == "/a?b=c"


def test_redirects_are_answers_and_not_followed(receiver: Receiver, inside: None) -> None:
    receiver.answer(302, Location="http://169.254.169.254/latest/meta-data/")
    assert outgoing.send("GET", receiver.url).status == 302
    assert len(receiver.requests) == 1


def test_a_host_that_is_not_on_the_list_is_refused(settings: Settings) -> None:
    settings.OUTGOING_HOSTS = ["api.example.org", "*.example.com"]
    assert outgoing.check_url("https://api.example.org/x").host == "api.example.org"
    assert outgoing.check_url("https://Deep.example.com").host == "deep.example.com"
    for url in ("https://example.org", "https://example.com", "https://api.example.org.evil.net"):
        with pytest.raises(outgoing.Refused, match="OUTGOING_HOSTS"):
            outgoing.send("GET", url)


def test_more_than_allowed_is_not_read(receiver: Receiver, inside: None) -> None:
    receiver.answer(200, b"x" * 200_000)
    with pytest.raises(outgoing.Refused, match="more than"):
        outgoing.send("GET", receiver.url, most_bytes=100_000)


def test_who_does_not_answer_in_time_may_another_time(inside: None) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(outgoing.Unreachable, match="in time"):
            outgoing.send("GET", f"http://127.0.0.1:{silent.getsockname()[1]}/", seconds=0.1)


@pytest.mark.parametrize(
    "beginning",
    [b"HTTP/1.1 200 OK\r\nX-Long: ", b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"],
    ids=["head", "body"],
)
def test_who_drips_is_cut_off_when_the_time_is_over(inside: None, beginning: bytes) -> None:
    is_over = threading.Event()

    def drip(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.sendall(beginning)
            while not is_over.wait(0.02):
                connection.sendall(b"x")

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        dripping = threading.Thread(target=drip, args=(listener,), daemon=True)
        dripping.start()
        try:
            with pytest.raises(outgoing.Unreachable, match="in time"):
                outgoing.send("GET", f"http://127.0.0.1:{listener.getsockname()[1]}/", seconds=0.3)
        finally:
            is_over.set()
            dripping.join(10)


def test_a_small_answer_that_would_unpack_to_a_large_one_is_not_unpacked(receiver: Receiver, inside: None) -> None:
    packed = gzip.compress(bytes(5_000_000))
    receiver.answer(200, packed, **{"Content-Encoding": "gzip"})
    assert outgoing.send("GET", receiver.url, most_bytes=100_000).body == packed


def test_a_closed_port_may_answer_another_time(inside: None) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(outgoing.Unreachable):
            outgoing.send("GET", f"http://127.0.0.1:{closed.getsockname()[1]}/")


def test_proxies_of_the_environment_are_not_used(
    receiver: Receiver, inside: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert outgoing.send("GET", receiver.url).status == 200


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\0b"])
def test_a_header_cannot_bring_another_one_in(receiver: Receiver, inside: None, value: str) -> None:
    with pytest.raises(outgoing.Refused):
        outgoing.send("GET", receiver.url, headers={"X-Given": value})
    assert receiver.requests == []
