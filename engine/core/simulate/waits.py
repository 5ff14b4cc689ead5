"""What waits in a run: the rows that a database would hold, and how people and tests see them; nothing moves here."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.core.model.effects import (
    OpenIncident,
    OpenItem,
    OpenJob,
    OpenSubscription,
    OpenTimer,
    StartInstance,
)

WaitEffect = OpenItem | OpenTimer | OpenSubscription | OpenJob | OpenIncident | StartInstance


@dataclass(slots=True, eq=False)
class Row:
    """One open wait of a run. `due` is when a timer fires or a job is tried next.

    `origin` is the job that an incident stands for: its retry opens that again."""

    number: int
    token: int
    trigger: str
    effect: WaitEffect
    due: datetime | None = None
    retries: int = 0
    attempts: int = 0
    error: str = ""
    child: str = ""
    origin: Row | None = None
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """A token that waits. `id` is the token's, `scope` the id of the token that owns its scope (0: the root)."""

    id: int
    node: str
    kind: str
    name: str
    scope: int
    data: Mapping[str, Any]
    run: str = field(default="", kw_only=True, repr=False)  # the id of its run


@dataclass(frozen=True, slots=True)
class Task(Wait):
    """A user task."""

    assignee: str | None
    candidate_users: list[str]
    candidate_groups: list[str]
    priority: int
    due: datetime | None
    follow_up: datetime | None
    variables: Mapping[str, Any]
    form: Mapping[str, Any] | None
    outcomes: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Job(Wait):
    """A job that somebody outside has to do."""

    type: str
    headers: Mapping[str, Any]
    variables: Mapping[str, Any]
    retries: int


@dataclass(frozen=True, slots=True)
class Incident:
    """A failure that waits for somebody to repair it; `run.retry(incident)` tries again."""

    code: str
    node: str
    token: int
    message: str
    number: int


@dataclass(slots=True)
class HandlerJob:
    """What a handler gets. Variables that it writes are taken over, as is what it returns."""

    key: str
    type: str
    variables: MutableMapping[str, Any]
    headers: Mapping[str, Any] = field(default_factory=dict)
    script: str | None = None
    retries: int = 0
    process: str = ""
    business_key: str = ""
    id: str = ""


def describe(row: Row) -> dict[str, Any]:
    """What of a row is worth seeing, in plain values."""
    effect = row.effect
    match effect:
        case OpenTimer():
            return {"due": effect.due, "remaining": effect.remaining}
        case OpenSubscription(kind="message"):
            return {"message": effect.name, "correlation_key": effect.key}
        case OpenSubscription():
            return {"signal": effect.name}
        case OpenJob():
            return {"type": effect.type, "retries": row.retries, "due": row.due, "error": row.error}
        case OpenIncident():
            return {"code": effect.code, "message": effect.message}
        case StartInstance():
            return {"process": effect.process, "child": row.child}
    return {}
