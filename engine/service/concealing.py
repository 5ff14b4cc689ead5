"""The installation's secrets, taken out of what is logged, printed and said of failures: who gets one to work with may
repeat it. Which secret a call may use, and what an answer repeats, is the connectors' own matter."""

from __future__ import annotations

import os
import sys
from typing import TextIO
from urllib.parse import unquote, urlsplit

HIDDEN = "•••"
SHORTEST = 6  # what is shorter would be found in ordinary words
PREFIX, HOSTS = "CONNECTOR_SECRET_", "_HOSTS"
NAMES = frozenset({"SECRET_KEY", "EMAIL_HOST_PASSWORD"})
URLS = ("DATABASE_URL", "BROKER_URL", "CHANNEL_URL")


def conceal(text: str) -> str:
    for secret in _secrets():
        if secret in text:
            text = text.replace(secret, HIDDEN)
    return text


def _secrets() -> list[str]:
    """As they are now, the longest first: one may begin another."""
    found = {os.environ.get(name, "") for name in os.environ if name in NAMES or _is_of_connector(name)}
    for name in URLS:
        found |= _passwords(os.environ.get(name, ""))
    return sorted((secret for secret in found if len(secret) >= SHORTEST), key=len, reverse=True)


def _is_of_connector(name: str) -> bool:
    return name.startswith(PREFIX) and not name.endswith(HOSTS)


def _passwords(url: str) -> set[str]:
    """As it is written in the address, and as it is. One that is a name as well hides nothing and would be found
    everywhere."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return set()
    password = parts.password or ""
    return {password, unquote(password)} - {parts.username, parts.hostname, parts.path.strip("/")}


class _Concealing:
    """A stream that writes no secret. One in pieces is not found: print writes each of its arguments whole."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(conceal(text))

    def writelines(self, lines: list[str]) -> None:
        self._stream.writelines(map(conceal, lines))

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)


def conceal_prints() -> None:
    """For the whole process, whose output is a log."""
    sys.stdout, sys.stderr = _Concealing(sys.stdout), _Concealing(sys.stderr)
