"""Why an attempt failed, in classes: what may work another time, what never will, and what nobody knows."""

from __future__ import annotations

import httpx

from engine.service.outgoing import Refused, Unreachable
from engine.store.away import is_away


class TransientError(Exception):
    """It may work another time; `retry_after` is in seconds, where whoever was asked has said it."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class PermanentError(Exception):
    """Another attempt would not help: an incident at once."""


TRANSIENT = (
    TransientError,
    Unreachable,
    ConnectionError,
    TimeoutError,
    httpx.TransportError,
)
PERMANENT = (PermanentError, Refused)


def class_of(error: BaseException) -> str:
    if isinstance(error, PERMANENT):
        return "permanent"
    return "transient" if isinstance(error, TRANSIENT) or is_away(error) else "unknown"
