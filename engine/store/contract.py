"""What every store can do; the three that exist are PostgreSQL, SQLite and the in-memory twin."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from engine.store.rows import (
    Batch,
    DeliveryRow,
    IncidentRow,
    ItemRow,
    JobRow,
    Loaded,
    MessageRow,
    OutboxRow,
    PutOff,
    SubscriptionRow,
    TimerRow,
)

Meanwhile = Callable[[], None]


class Store(Protocol):
    """Times are arguments. Keys are those of engine.models.keys; "taken" means that nobody else gets it too.

    `shares_commits` says that one transaction for several requests is quicker than one for each."""

    shares_commits: bool

    def unit(self, *, has_claims: bool = True) -> AbstractContextManager[None]:
        """The transaction of one unit of work. One without claims relies on the revisions of what it has
        read and writes once, so a store may do without a transaction around it."""

    def take_ids(self, count: int) -> list[int]:
        """Fresh instance ids, rising within this process."""

    def load(self, instances: Collection[int], *, is_locked: bool = False) -> dict[int, Loaded]:
        """One read. Locked: another unit that wants to write them waits. Missing ones are left out."""

    def load_items(self, keys: Collection[int], *, is_locked: bool = False) -> list[tuple[ItemRow, Loaded]]:
        """Work items with their instances, in one read."""

    def load_jobs(self, keys: Collection[int], *, is_locked: bool = False) -> list[tuple[JobRow, Loaded]]: ...

    def load_incidents(self, keys: Collection[int], *, is_locked: bool = False) -> list[tuple[IncidentRow, Loaded]]: ...

    def write(self, batch: Batch, meanwhile: Meanwhile | None = None) -> bool:
        """All of it, or nothing and False where an instance has moved on meanwhile. `meanwhile` is called once the
        batch is on its way, before anybody knows what becomes of it; not where it could not be sent."""

    def claim_deliveries(self, limit: int, now: datetime, instance: int | None = None) -> list[tuple[int, DeliveryRow]]:
        """Due ones (of one instance) with their numbers, the oldest first, taken until the end of the unit."""

    def claim_timers(self, limit: int, now: datetime, instance: int | None = None) -> list[TimerRow]:
        """Due ones (of one instance), in due order, taken until the end of the unit."""

    def claim_continuations(self, limit: int, now: datetime, instance: int | None = None) -> list[JobRow]:
        """Asynchronous continuations (of one instance), taken until the end of the unit."""

    def lease_jobs(
        self, types: Collection[str], owner: str, until: datetime, now: datetime, limit: int,
        states: Collection[int] | None = None,
    ) -> list[JobRow]:  # fmt: skip
        """Available jobs (of these states), from now on the owner's until the lease ends or is extended."""

    def extend_lease(self, keys: Collection[int], owner: str, until: datetime) -> set[int]:
        """Those that still are the owner's."""

    def release_jobs(self, keys: Collection[int], owner: str, now: datetime) -> None:
        """Give back what was leased, unworked."""

    def put_off_jobs(self, jobs: Sequence[PutOff], owner: str) -> int:
        """Give back what was leased until later, no attempt counted; how many still were the owner's."""

    def find_subscriptions(
        self, kind: int, name: str, key: str | None = None, *, is_any_key: bool = False, limit: int = 1000
    ) -> list[SubscriptionRow]:
        """Those of active instances that a message or signal reaches, the oldest first."""

    def find_messages(self, names: Collection[str], now: datetime, limit: int = 1000) -> list[tuple[int, MessageRow]]:
        """Buffered messages of these names that have not expired, the oldest first."""

    def find_children(self, tokens: Collection[int]) -> dict[int, int]:
        """Calling token → the active or suspended instance that it has called."""

    def lease_outbox(self, webhook: int, until: datetime, now: datetime, limit: int) -> list[tuple[int, OutboxRow]]:
        """Due events for the webhook, the oldest first. Of each instance only its oldest that is not settled yet."""

    def settle_outbox(
        self, now: datetime, sent: Collection[int], failed: Mapping[int, tuple[datetime | None, str]]
    ) -> None:
        """What was sent, and when the others are tried again (None: given up) and why they failed."""

    def drop_expired_messages(self, now: datetime) -> list[str | None]:
        """The ids of those dropped, as their senders gave them."""
        ...

    def find_process(self, key: str) -> tuple[int, int | None, bool] | None:
        """Its id, the id of its latest version, and whether it is suspended."""

    def knows_event(self, source: str, event: str) -> int | None:
        """The instance that the event reached, 0 for none, None for an event never seen."""
