"""Rows as the hot path reads and writes them, and the batch of one unit of work; no ORM objects.

The members stand in the order of the columns in `engine.store.tables`. JSON members hold text already.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from engine.models.keys import instance_of


class InstanceRow(NamedTuple):
    id: int
    started_at: datetime
    parent: int | None
    ended_at: datetime | None
    version: int
    revision: int
    sequence: int
    tokens_made: int
    waits_made: int
    status: int
    business_key: str
    error: str | None
    variables: str
    data: str | None
    depth: int = 0
    started_by: str | None = None
    trace: str | None = None


class TokenRow(NamedTuple):
    id: int
    state: int
    scope: int
    loop_index: int | None
    flow: int | None
    variables: str | None
    data: str | None


class StepRow(NamedTuple):
    id: int
    at: datetime
    sequence: int
    log: str


class ItemRow(NamedTuple):
    id: int
    audience: int | None
    due: datetime | None
    follow_up: datetime | None
    ended_at: datetime | None
    token: int
    state: int
    priority: int
    status: int
    assignee: str | None
    ended_by: str | None
    name: str | None
    form: str | None
    config: str | None
    owner: str | None = None


class TimerRow(NamedTuple):
    id: int
    token: int
    state: int
    trigger: str
    due: datetime
    remaining: int
    is_held: bool


class SubscriptionRow(NamedTuple):
    id: int
    token: int
    state: int
    trigger: str
    kind: int
    name: str
    key: str | None


class JobRow(NamedTuple):
    id: int
    token: int
    state: int
    trigger: str
    available_at: datetime | None
    kind: int
    retries: int
    attempts: int
    lapses: int
    priority: int
    type: str
    owner: str | None
    retry_cycle: str
    headers: str | None
    script: str | None
    failures: str | None
    progress: str | None = None


class PutOff(NamedTuple):
    """A leased job that comes back later; `progress` is what is kept for then."""

    job: int
    available_at: datetime
    progress: str | None


class IncidentRow(NamedTuple):
    id: int
    token: int
    state: int
    trigger: str
    created_at: datetime
    closed_at: datetime | None
    job: int | None
    status: int
    node: str
    code: str
    message: str
    closed_by: str | None
    data: str | None


class DeliveryRow(NamedTuple):
    instance: int
    not_before: datetime
    token: int
    attempts: int
    is_held: bool
    trigger: str
    actor: str
    data: str | None


class MessageRow(NamedTuple):
    expires_at: datetime
    name: str
    key: str | None
    message_id: str | None
    target: str | None
    variables: str | None
    sender: int | None = None


class ExchangeRow(NamedTuple):
    """The sender and the receiver of a message, both instances."""

    sender: int
    receiver: int


class OutboxRow(NamedTuple):
    instance: int | None
    created_at: datetime
    available_at: datetime | None
    sent_at: datetime | None
    webhook: int
    attempts: int
    event: str
    kind: str
    error: str
    payload: str


class EventRow(NamedTuple):
    received_at: datetime
    source: str
    event: str
    instance: int | None


class AudienceRow(NamedTuple):
    id: int
    users: str
    groups: str


class MemberRow(NamedTuple):
    audience: int
    name: str
    is_group: bool


WaitRow = ItemRow | TimerRow | SubscriptionRow | JobRow | IncidentRow
Row = (
    InstanceRow
    | TokenRow
    | StepRow
    | WaitRow
    | DeliveryRow
    | MessageRow
    | ExchangeRow
    | OutboxRow
    | EventRow
    | AudienceRow
)


class Numbered(NamedTuple):
    """A row of a queue with the number that the database gave it."""

    id: int
    row: DeliveryRow | MessageRow | OutboxRow


class WaitKey(NamedTuple):
    """A wait that is open, as far as its end needs it. `kind` is the member of the batch that ends it."""

    kind: str
    id: int
    token: int
    trigger: str


class Loaded(NamedTuple):
    """An instance with its living tokens in the order of their birth, and what they wait for."""

    row: InstanceRow
    tokens: list[TokenRow]
    waits: list[WaitKey]


class EndedItem(NamedTuple):
    """A work item that somebody completed, or an incident that somebody resolved."""

    id: int
    actor: str


# What of a batch concerns nobody but its own instances.
APART = frozenset(
    {
        "at", "latest", "new", "moved", "tokens", "gone", "steps", "audiences", "members", "items", "done_items",
        "timers", "ended_timers", "jobs", "ended_jobs", "outbox",
    }
)  # fmt: skip


@dataclass(slots=True)
class Batch:
    """Everything that one unit of work writes. Lists that stay empty cost nothing.

    `moved` instances are written only if their stored revision is one lower, and everything only if each process of
    `latest` still has that latest version and is not suspended. Waits end by their keys: timers,
    subscriptions and jobs are gone then, items and incidents stay as what became of them.
    """

    at: datetime
    latest: list[tuple[int, int]] = field(default_factory=list)  # see above
    new: list[InstanceRow] = field(default_factory=list)
    moved: list[InstanceRow] = field(default_factory=list)
    tokens: list[TokenRow] = field(default_factory=list)  # born or changed
    gone: list[int] = field(default_factory=list)
    steps: list[StepRow] = field(default_factory=list)
    audiences: list[AudienceRow] = field(default_factory=list)
    members: list[MemberRow] = field(default_factory=list)
    items: list[ItemRow] = field(default_factory=list)  # opened or changed
    timers: list[TimerRow] = field(default_factory=list)
    subscriptions: list[SubscriptionRow] = field(default_factory=list)
    jobs: list[JobRow] = field(default_factory=list)  # opened or changed
    incidents: list[IncidentRow] = field(default_factory=list)
    done_items: list[EndedItem] = field(default_factory=list)
    cancelled_items: list[int] = field(default_factory=list)
    ended_timers: list[int] = field(default_factory=list)
    ended_subscriptions: list[int] = field(default_factory=list)
    ended_jobs: list[int] = field(default_factory=list)
    resolved_incidents: list[EndedItem] = field(default_factory=list)
    obsolete_incidents: list[int] = field(default_factory=list)
    deliveries: list[DeliveryRow] = field(default_factory=list)
    taken_deliveries: list[int] = field(default_factory=list)
    messages: list[MessageRow] = field(default_factory=list)
    taken_messages: list[int] = field(default_factory=list)
    exchanges: list[ExchangeRow] = field(default_factory=list)
    outbox: list[OutboxRow] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)
    held: list[int] = field(default_factory=list)  # instances whose waits are kept back from now on
    freed: list[int] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return not any(getattr(self, name) for name in self.__slots__ if name != "at")

    @property
    def is_apart(self) -> bool:
        """Whether only those who have to do with its instances ever read what it writes."""
        if any(getattr(self, name) for name in self.__slots__ if name not in APART):
            return False
        changed: tuple[ItemRow | EndedItem | JobRow, ...] = (*self.items, *self.done_items, *self.jobs)
        return self.instances.issuperset(instance_of(row.id) for row in changed)

    @property
    def instances(self) -> set[int]:
        return {row.id for rows in (self.new, self.moved) for row in rows}

    def add(self, other: Batch) -> None:
        for name in self.__slots__:
            if name != "at":
                getattr(self, name).extend(getattr(other, name))

    def let_go(self) -> None:
        """Of the rows of instances, however many they are."""
        for rows in (self.new, self.moved, self.tokens, self.steps, self.items, self.jobs, self.done_items):
            rows.clear()
