"""What a handler may give back where variables are not all: events are written in the transaction of the result."""

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
