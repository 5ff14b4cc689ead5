"""What a handler may give back where variables are not all: events that go with its result, or that it has to wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Published:
    """An event for webhooks: its kind, like `order.paid`, and its data."""

    kind: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Result:
    """`Result({"paid": True}, events=[Published("order.paid", {"order": 7})])`."""

    variables: Mapping[str, Any] = field(default_factory=dict)
    events: tuple[Published, ...] = ()


@dataclass(frozen=True, slots=True)
class Later:
    """`return Later(30, {"looks": 2})`: not yet. The job comes back after so many seconds; no attempt is burnt, no
    worker waits, and `job.progress` is then what is said here."""

    seconds: float
    progress: Mapping[str, Any] = field(default_factory=dict)
