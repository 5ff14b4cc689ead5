"""The one client for requests that leave the installation: which addresses it may reach, how long and how much.

A name is resolved once, every address that it has is checked, and the connection goes to the very address that was
checked: an answer of the name server that changes in between changes nothing. Redirects are not followed, and the
environment's proxies are not used.
"""

from __future__ import annotations

import fnmatch
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from typing import Any, NamedTuple

import httpx
from django.conf import settings

from engine.service import telemetry

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Networks in which an IPv4 address is wrapped in an IPv6 one.
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class Refused(Exception):
    """The request may not be sent, whenever it is tried again."""


class Unreachable(Exception):
    """Nobody answered in time, or not as HTTP does: it may work another time."""


class Answer(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes


def send(
    method: str, url: str, *, headers: Mapping[str, str] | None = None, content: bytes = b"",
    seconds: float | None = None, most_bytes: int | None = None,
) -> Answer:  # fmt: skip
    """Send the request and read the whole answer. Any status is an answer."""
    target = check_url(url)
    with telemetry.span(f"{method} {target.host}", kind="client", method=method, host=target.host):
        given = dict(headers or {})
        parent = telemetry.traceparent()
        if parent is not None:
            given.setdefault("traceparent", parent)
        return _send(target, method, given, content, seconds, most_bytes)


def _send(
    target: httpx.URL, method: str, headers: dict[str, str], content: bytes, seconds: float | None,
    most_bytes: int | None,
) -> Answer:  # fmt: skip
    limit = settings.OUTGOING_MOST_BYTES if most_bytes is None else most_bytes
    end = time.monotonic() + (settings.OUTGOING_SECONDS if seconds is None else seconds)
    failure: Exception = Unreachable(f"{target.host} has no address.")
    for address in find_addresses(target):
        try:
            return _send_to(address, method, target, headers, content, end, limit)
        except httpx.ConnectError as error:
            failure = Unreachable(f"{target.host} could not be reached: {error}")
        except (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError, UnicodeError) as error:
            raise Refused(f"The request cannot be sent as it is: {error}") from None
        except httpx.TimeoutException:
            raise Unreachable(f"{target.host} did not answer in time.") from None
        except httpx.HTTPError as error:
            raise Unreachable(f"{target.host} broke off: {error}") from None
    raise failure


def check_url(url: str) -> httpx.URL:
    """What can be said of it without asking a name server."""
    try:
        target = httpx.URL(url)
    except (httpx.InvalidURL, TypeError, ValueError) as error:
        raise Refused(f"{url[:200]!r} is no URL: {error}") from None
    if target.scheme not in ("http", "https") or not target.host:
        raise Refused(f"{url[:200]!r} is no address of http or https.")
    if target.userinfo:
        raise Refused("A URL may not hold a name and password: use the authentication input.")
    if not any(fnmatch.fnmatchcase(target.host.lower(), allowed.lower()) for allowed in settings.OUTGOING_HOSTS):
        raise Refused(f"{target.host} is not among the hosts of OUTGOING_HOSTS.")
    return target


def find_addresses(target: httpx.URL) -> list[Address]:
    """All addresses of the host, if every one of them may be reached."""
    host = target.raw_host.decode("ascii").strip("[]")
    port = target.port or (443 if target.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise Unreachable(f"{target.host} could not be resolved: {error.strerror or error}") from None
    addresses = list(dict.fromkeys(ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found))
    for address in addresses:
        if not is_allowed(address):
            raise Refused(f"{target.host} leads to {address}, which is inside. OUTGOING_NETWORKS can allow it.")
    return addresses


def is_allowed(address: Address) -> bool:
    """Public, or in a network that the installation names."""
    inner = unwrap(address)
    networks = [ipaddress.ip_network(text, strict=False) for text in settings.OUTGOING_NETWORKS]
    if any(one in network for one in (address, inner) for network in networks):
        return True
    return all(one.is_global and not one.is_multicast for one in (address, inner))


def unwrap(address: Address) -> Address:
    """The IPv4 address that an IPv6 one stands for, if it does."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    wrapped = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
    if wrapped is None and address in NAT64:
        wrapped = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return wrapped or address


def _send_to(
    address: Address, method: str, target: httpx.URL, headers: dict[str, str], content: bytes, end: float, limit: int
) -> Answer:
    left = end - time.monotonic()
    if left <= 0:
        raise httpx.ReadTimeout("the time is over")
    headers = {name: value for name, value in headers.items() if name.lower() != "host"}
    client = httpx.Client(verify=_trusted(), trust_env=False, timeout=left, follow_redirects=False)
    with client, _cut_off_after(left) as trace:
        request = httpx.Request(
            method, target.copy_with(host=str(address)), content=content,
            headers={"User-Agent": "Statewright", "Accept-Encoding": "identity", **headers, "Host": _name(target)},
            extensions={"sni_hostname": target.raw_host.decode("ascii"), "trace": trace},
        )  # fmt: skip
        try:
            response = client.send(request, stream=True)
            try:
                body = bytearray()
                for chunk in response.iter_raw():
                    body += chunk
                    if len(body) > limit:
                        raise Refused(f"{target.host} answered with more than {limit:,} bytes.")
                return Answer(response.status_code, dict(response.headers), bytes(body))
            finally:
                response.close()
        except httpx.HTTPError:
            if time.monotonic() >= end:
                raise httpx.ReadTimeout("the time is over") from None
            raise


@cache
def _trusted() -> ssl.SSLContext:
    """Whose certificates are believed. Reading them for each request costs more than the request."""
    return httpx.create_ssl_context(trust_env=False)


@contextmanager
def _cut_off_after(seconds: float) -> Iterator[Callable[[str, Mapping[str, Any]], None]]:
    """Ends the connection when the time is over. A time limit for each read alone would let whoever sends a byte now
    and then hold it for ever. What it gives is told by httpx what happens to the connection."""
    streams: list[Any] = []

    def note(event: str, about: Mapping[str, Any]) -> None:
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            streams.append(about["return_value"])

    def cut_off() -> None:
        for stream in streams[-1:]:
            with suppress(OSError):  # it is over already
                stream.get_extra_info("socket").shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut_off)
    timer.daemon = True
    timer.start()
    try:
        yield note
    finally:
        timer.cancel()


def _name(target: httpx.URL) -> str:
    return target.netloc.decode("ascii")
