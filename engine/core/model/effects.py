"""What an advance asks the world to do: waits to open and things to send; plain values, nobody acts here.

A wait is (token, trigger): what comes back for it is a Delivery with the same two. All waits of a token end
when it leaves its state; `Delta.closed` names those tokens, and a wait opened and ended in one advance never
shows up at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class OpenItem:
    """A person has to do something: becomes a work item in the inbox."""

    token: int
    trigger: str
    node: str
    name: str
    form: dict[str, Any] | None = None
    config: dict[str, Any] = field(default_factory=dict)  # outcomes, four_eyes
    assignee: str | None = None
    candidate_users: list[str] | None = None
    candidate_groups: list[str] | None = None
    due: datetime | None = None
    follow_up: datetime | None = None
    priority: int = 50


@dataclass(slots=True)
class OpenTimer:
    """Fires at `due`. `remaining` is how often it fires after that (-1 without end); the delivery's data is
    `{"due": iso, "remaining": n}`, from which the element opens the next one."""

    token: int
    trigger: str
    node: str
    due: datetime
    remaining: int = 0


@dataclass(slots=True)
class OpenSubscription:
    """Waits for a message or a signal. A message without `key` matches by name alone."""

    token: int
    trigger: str
    node: str
    kind: str  # "message" or "signal"
    name: str
    key: str | None = None


@dataclass(slots=True)
class OpenJob:
    """Work for a handler or an external worker. Kind "async" is a continuation of the engine itself.

    What comes back: trigger with the result's variables; or trigger `error` with
    `{"code", "message", "variables"}` for a BPMN error."""

    token: int
    trigger: str
    node: str
    kind: str  # "job", "async" or "listener"
    type: str = ""
    headers: dict[str, Any] = field(default_factory=dict)
    retries: int = 3
    retry_cycle: str = ""
    script: str | None = None
    priority: int = 0
    is_exclusive: bool = True


@dataclass(slots=True)
class OpenIncident:
    """The token cannot go on until someone repairs and retries: the retry delivers `trigger` again with `data`."""

    token: int
    trigger: str
    node: str
    code: str
    message: str
    data: dict[str, Any] | None = None


@dataclass(slots=True)
class StartInstance:
    """A call activity starts a child; its end delivers `complete`, its failed end `error`, to the token."""

    token: int
    node: str
    process: str
    binding: str
    version: str
    variables: dict[str, Any]
    business_key: str | None = None


@dataclass(slots=True)
class CancelCalled:
    """The child that the token had started is to be cancelled."""

    token: int


@dataclass(slots=True)
class EscalateCaller:
    """Nobody in a called instance caught the escalation: it goes on as `escalation` at the token that called."""

    token: int
    node: str
    code: str
    variables: dict[str, Any]


@dataclass(slots=True)
class PublishMessage:
    """A message leaves the instance. `target` is (process, node) where a message flow names the receiver."""

    token: int
    node: str
    name: str
    key: str | None
    variables: dict[str, Any]
    time_to_live: float | None = None
    message_id: str | None = None
    target: tuple[str, str] | None = None


@dataclass(slots=True)
class BroadcastSignal:
    """A signal leaves the instance; its own waiting tokens have had it already, within the advance."""

    token: int
    node: str
    name: str
    variables: dict[str, Any]


@dataclass(slots=True)
class RecordDecision:
    """A decision was evaluated: kept in history, shown as a highlighted table."""

    token: int
    node: str
    decision: str
    records: list[dict[str, Any]]
    version: int | None = None
    findings: list[str] = field(default_factory=list)  # why a part of it is null


Effect = (
    OpenItem
    | OpenTimer
    | OpenSubscription
    | OpenJob
    | OpenIncident
    | StartInstance
    | CancelCalled
    | EscalateCaller
    | PublishMessage
    | BroadcastSignal
    | RecordDecision
)
