"""Rows for the tests of the stores, with members that do not matter filled in."""

from datetime import UTC, datetime, timedelta
from typing import Any

from engine.models.keys import make_key
from engine.store.rows import (
    Batch,
    DeliveryRow,
    IncidentRow,
    InstanceRow,
    ItemRow,
    JobRow,
    MessageRow,
    OutboxRow,
    StepRow,
    SubscriptionRow,
    TimerRow,
    TokenRow,
)

NOW = datetime(2030, 1, 31, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
EARLIER = NOW - timedelta(minutes=1)


def make_batch(**members: Any) -> Batch:
    return Batch(at=NOW, **members)


def make_instance(number: int, **members: Any) -> InstanceRow:
    return InstanceRow(
        **{
            "id": number, "started_at": NOW, "parent": None, "ended_at": None, "version": 1, "revision": 1,
            "sequence": 3, "tokens_made": 1, "waits_made": 0, "status": 0, "business_key": "", "error": None,
            "variables": '{"amount": 5}', "data": None,
        } | members
    )  # fmt: skip


def make_token(instance: int, number: int = 1, **members: Any) -> TokenRow:
    return TokenRow(
        **{
            "id": make_key(instance, number), "state": 7, "scope": 0, "loop_index": None, "flow": 2,
            "variables": None, "data": None,
        } | members
    )  # fmt: skip


def make_step(instance: int, revision: int = 1, **members: Any) -> StepRow:
    return StepRow(**{"id": make_key(instance, revision), "at": NOW, "sequence": 3, "log": "1 0"} | members)


def make_item(instance: int, number: int = 1, **members: Any) -> ItemRow:
    return ItemRow(
        **{
            "id": make_key(instance, number), "audience": None, "due": None, "follow_up": None, "ended_at": None,
            "token": 1, "state": 7, "priority": 50, "status": 0, "assignee": None, "ended_by": None, "name": None,
            "form": None, "config": None,
        } | members
    )  # fmt: skip


def make_timer(instance: int, number: int = 2, **members: Any) -> TimerRow:
    return TimerRow(
        **{
            "id": make_key(instance, number), "token": 1, "state": 7, "trigger": "fire:late", "due": NOW,
            "remaining": 0, "is_held": False,
        } | members
    )  # fmt: skip


def make_subscription(instance: int, number: int = 3, **members: Any) -> SubscriptionRow:
    return SubscriptionRow(
        **{
            "id": make_key(instance, number), "token": 1, "state": 7, "trigger": "fire:paid", "kind": 0,
            "name": "paid", "key": "order-1",
        } | members
    )  # fmt: skip


def make_job(instance: int, number: int = 4, **members: Any) -> JobRow:
    return JobRow(
        **{
            "id": make_key(instance, number), "token": 1, "state": 7, "trigger": "complete", "available_at": NOW,
            "kind": 0, "retries": 3, "attempts": 0, "lapses": 0, "priority": 0, "type": "charge", "owner": None,
            "retry_cycle": "", "headers": None, "script": None, "failures": None,
        } | members
    )  # fmt: skip


def make_incident(instance: int, number: int = 5, **members: Any) -> IncidentRow:
    return IncidentRow(
        **{
            "id": make_key(instance, number), "token": 1, "state": 7, "trigger": "leave", "created_at": NOW,
            "closed_at": None, "job": None, "status": 0, "node": "task", "code": "no-flow", "message": "No flow.",
            "closed_by": None, "data": None,
        } | members
    )  # fmt: skip


def make_delivery(instance: int, **members: Any) -> DeliveryRow:
    return DeliveryRow(
        **{
            "instance": instance, "not_before": NOW, "token": 1, "attempts": 0, "is_held": False,
            "trigger": "complete", "actor": "", "data": None,
        } | members
    )  # fmt: skip


def make_message(**members: Any) -> MessageRow:
    return MessageRow(
        **{"expires_at": LATER, "name": "paid", "key": None, "message_id": None, "target": None, "variables": None}
        | members
    )


def make_event(**members: Any) -> OutboxRow:
    return OutboxRow(
        **{
            "instance": 1, "created_at": NOW, "available_at": NOW, "sent_at": None, "webhook": 1, "attempts": 0,
            "event": "evt_1", "kind": "ended", "error": "", "payload": "{}",
        } | members
    )  # fmt: skip
