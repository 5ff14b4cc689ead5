"""What the API answers, in types; members that a newer server has and this client does not know are left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Instance:
    id: str
    process: str
    version: int
    business_key: str
    status: str
    error: str | None
    started_at: datetime
    ended_at: datetime | None
    variables: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Start:
    """One of many instances to start. The same `idempotency_key` of the same process starts one."""

    variables: Mapping[str, Any] = field(default_factory=dict)
    business_key: str = ""
    idempotency_key: str = ""

    def to_json(self) -> dict[str, Any]:
        keys = {"business_key": self.business_key, "idempotency_key": self.idempotency_key}
        return {"variables": dict(self.variables), **keys}


@dataclass(frozen=True, slots=True)
class Task:
    id: str
    name: str
    node: str
    process: str
    instance: str
    status: str
    assignee: str | None
    priority: int
    due: datetime | None
    follow_up: datetime | None
    form: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Job:
    """Work under the worker's lock. `idempotency_key` is the same for every attempt: hand it on to what you call."""

    id: str
    type: str
    node: str
    instance: str
    process: str
    version: int
    business_key: str
    variables: dict[str, Any]
    headers: dict[str, Any]
    retries: int
    attempts: int
    idempotency_key: str
    locked_until: datetime


def read(shape: type[T], body: Mapping[str, Any]) -> T:
    known = {one.name: one for one in fields(shape)}  # type: ignore[arg-type]
    return shape(**{name: _read(str(known[name].type), value) for name, value in body.items() if name in known})


def _read(kind: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if kind.startswith("datetime") and isinstance(value, str) else value
