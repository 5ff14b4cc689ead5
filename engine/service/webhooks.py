"""Webhooks: who wants to hear of events, how requests are signed, what was sent and what is sent again.

Requests are signed as Standard Webhooks says. The secret is derived from the installation's key, so that neither
the database nor a backup holds it; after a rotation the one before signs as well, for a day.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
import random
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import standardwebhooks
from django.conf import settings
from django.db.models import Count, Q

from engine.core.model.words import message_of, say
from engine.models import Outbox, Process, Webhook
from engine.push.signals import work_waiting
from engine.service import breakers, outgoing
from engine.service.errors import Conflict, Forbidden, Invalid, NotFound
from engine.service.outbox import KINDS, forget_listeners, make_payload
from engine.service.rights import Actor, allowed_processes, groups_of, is_all_powerful, name_of, require
from engine.store import open_store
from engine.store.rows import OutboxRow
from engine.store.writing import write_transaction

logger = logging.getLogger(__name__)

BREAKER = "#webhook:"  # before the number of a webhook
LEASE_SECONDS = 60.0
# Pauses before each further attempt; after the last one the event is given up, and can be sent again by hand.
PAUSES = (5.0, 30.0, 120.0, 600.0, 1800.0, 7200.0, 18000.0, 36000.0)
OLD_SECRET_SECONDS = 86_400.0
GONE = 410
STATUSES = ("waiting", "sent", "failed")


class Sending(NamedTuple):
    """An event that is the caller's to send until the lease ends."""

    id: int
    webhook: int
    event: str
    kind: str
    attempts: int
    url: str
    payload: str
    secrets: tuple[str, ...]


class Sent(NamedTuple):
    """What came of one attempt. `error` is empty where it was taken; `is_gone`: nobody is there any more."""

    id: int
    webhook: int
    attempts: int
    error: str = ""
    is_gone: bool = False


# who wants to hear


def list_webhooks(actor: Actor) -> list[Webhook]:
    """Those that the actor may change, with what waits and what has failed counted."""
    rows = Webhook.objects.select_related("process").order_by("name", "pk")
    if not _is_administrator(actor):
        rows = rows.filter(process__in=allowed_processes(actor, "operate"))
    found = list(rows)
    counts = {
        line["webhook"]: line
        for line in Outbox.objects.filter(webhook__in=[row.pk for row in found])
        .values("webhook")
        .annotate(
            waiting=Count("id", filter=Q(available_at__isnull=False)),
            failed=Count("id", filter=Q(available_at__isnull=True, sent_at__isnull=True)),
        )
    }
    for row in found:
        own = counts.get(row.pk) or {"waiting": 0, "failed": 0}
        row.waiting, row.failed = own["waiting"], own["failed"]  # type: ignore[attr-defined]
    return found


def get_webhook(actor: Actor, webhook: int) -> Webhook:
    row = Webhook.objects.select_related("process").filter(pk=webhook).first()
    if row is None or not _may_change(actor, row.process):
        raise NotFound("webhook-not-found", say("There is no such webhook, or it is not yours to change."))
    return row


def create_webhook(
    actor: Actor, *, url: str, name: str = "", kinds: Collection[str] = (), process: Process | None = None
) -> Webhook:
    """Hears of what happens from a few seconds after now on. Without a process it hears of all of them, and only
    administrators may want that."""
    if process is not None:
        require(actor, "operate", process)
    elif not _is_administrator(actor):
        raise Forbidden("not-allowed", say("Only administrators can make a webhook for every process: name one."))
    row = Webhook(process=process, created_at=datetime.now(UTC), created_by=name_of(actor))
    return _save(row, url, name, kinds)


def change_webhook(
    actor: Actor,
    webhook: int,
    *,
    url: str | None = None,
    name: str | None = None,
    kinds: Collection[str] | None = None,
    is_active: bool | None = None,
) -> Webhook:
    row = get_webhook(actor, webhook)
    if is_active is not None:
        row.is_active, row.reason = is_active, ""
    return _save(
        row, row.url if url is None else url, row.name if name is None else name, row.kinds if kinds is None else kinds
    )


def delete_webhook(actor: Actor, webhook: int) -> None:
    """With everything that was to be sent to it."""
    row = get_webhook(actor, webhook)
    with write_transaction():
        Outbox.objects.filter(webhook=row.pk).delete()
        row.delete()
    forget_listeners()


def read_secret(actor: Actor, webhook: int) -> str:
    """What the receiver checks signatures with."""
    row = get_webhook(actor, webhook)
    return _secret(row.pk, row.generation, settings.SECRET_KEY)


def rotate_secret(actor: Actor, webhook: int) -> str:
    """A new secret; for a day requests are signed with the old one too."""
    row = get_webhook(actor, webhook)
    row.generation += 1
    row.rotated_at = datetime.now(UTC)
    with write_transaction():
        row.save(update_fields=["generation", "rotated_at"])
    return _secret(row.pk, row.generation, settings.SECRET_KEY)


def send_test(actor: Actor, webhook: int) -> Outbox:
    """An event of the kind `webhook.test`, on its way like any other."""
    row = get_webhook(actor, webhook)
    now = datetime.now(UTC)
    with write_transaction():
        made = Outbox.objects.create(
            created_at=now, available_at=now, webhook=row.pk, event="", kind="webhook.test", payload=""
        )
        made.event = f"evt_test_{made.pk:x}"
        made.payload = make_payload(made.event, made.kind, now.isoformat(), f"webhooks/{row.pk}", {"name": row.name})
        made.save(update_fields=["event", "payload"])
    work_waiting.send(sender=None, queue="outbox")
    return made


# what was sent


def list_sendings(
    actor: Actor, webhook: int, *, status: str = "", before: int | None = None, limit: int = 50
) -> list[Outbox]:
    """Newest first; `status` is waiting, sent or failed."""
    row = get_webhook(actor, webhook)
    rows = Outbox.objects.filter(webhook=row.pk)
    if status:
        rows = rows.filter(
            available_at__isnull=status != "waiting", sent_at__isnull=status != "sent"
        )  # fmt: skip
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[:limit])


def status_of(row: Outbox) -> str:
    if row.available_at is not None:
        return "waiting"
    return "failed" if row.sent_at is None else "sent"


def send_again(actor: Actor, webhook: int, sending: int) -> None:
    """The same bytes under the same id, whether they were taken before or not."""
    row = get_webhook(actor, webhook)
    with write_transaction():
        rows = Outbox.objects.filter(webhook=row.pk, pk=sending, available_at__isnull=True)
        if not rows.update(available_at=datetime.now(UTC), sent_at=None, attempts=0):
            raise Conflict("not-settled", say("The event is still on its way, or there is none."))
    work_waiting.send(sender=None, queue="outbox")


def send_failed_again(actor: Actor, webhook: int) -> int:
    """Everything that was given up; how many."""
    row = get_webhook(actor, webhook)
    with write_transaction():
        rows = Outbox.objects.filter(webhook=row.pk, available_at__isnull=True, sent_at__isnull=True)
        found = rows.update(available_at=datetime.now(UTC), attempts=0)
    if found:
        work_waiting.send(sender=None, queue="outbox")
    return found


# sending


def lease_due(limit: int, full: Collection[int] = ()) -> list[Sending]:
    """Events that are due, of webhooks that do not rest and are not `full`; each is the caller's for a while."""
    rows = {row.pk: row for row in Webhook.objects.filter(is_active=True).exclude(pk__in=full).order_by("pk")}
    if not rows:
        return []
    allowed = breakers.allowed([breaker_of(pk) for pk in rows])
    closed = set(allowed.closed)
    store, now = open_store(), datetime.now(UTC)
    found: list[Sending] = []
    share = max(limit // len(rows), 1)
    for row in rows.values():
        name = breaker_of(row.pk)
        room = share if name in closed else int(name in allowed.half_open)
        if room and len(found) < limit:
            with store.unit():
                leased = store.lease_outbox(row.pk, now + timedelta(seconds=LEASE_SECONDS), now, room)
            found += [_make_sending(row, number, event, now) for number, event in leased]
    return found


def send(sending: Sending) -> Sent:
    """One attempt; never raises for what the receiver does."""
    now = datetime.now(UTC)
    signatures = [standardwebhooks.Webhook(one).sign(sending.event, now, sending.payload) for one in sending.secrets]
    headers = {
        "Content-Type": "application/cloudevents+json; charset=utf-8",
        "Webhook-Id": sending.event,
        "Webhook-Timestamp": str(int(now.timestamp())),
        "Webhook-Signature": " ".join(signatures),
    }
    result = Sent(sending.id, sending.webhook, sending.attempts)
    try:
        answer = outgoing.send("POST", sending.url, headers=headers, content=sending.payload.encode())
    except (outgoing.Refused, outgoing.Unreachable) as error:
        return result._replace(error=str(error))
    if 200 <= answer.status < 300:
        return result
    return result._replace(error=f"The receiver answered {answer.status}.", is_gone=answer.status == GONE)


def settle(results: Collection[Sent]) -> None:
    """Note what became of attempts: when the next one is, or that there is none."""
    now = datetime.now(UTC)
    failed: dict[int, tuple[datetime | None, str]] = {}
    for one in results:
        if one.error:
            pause = None if one.is_gone else _pause(one.attempts)
            failed[one.id] = (None if pause is None else now + timedelta(seconds=pause), one.error[:1000])
    store = open_store()
    with store.unit():
        store.settle_outbox(now, [one.id for one in results if not one.error], failed)
        for one in results:
            if one.is_gone:
                Webhook.objects.filter(pk=one.webhook).update(is_active=False, reason=one.error)
    breakers.record((breaker_of(one.webhook), not one.error) for one in results if not one.is_gone)
    if any(one.is_gone for one in results):
        forget_listeners()


def drop_old() -> int:
    """What was sent longer ago than it is kept. What failed stays until somebody looks at it."""
    before = datetime.now(UTC) - timedelta(days=settings.OUTBOX_DAYS)
    with write_transaction():
        old = Outbox.objects.filter(sent_at__lt=before, available_at__isnull=True).values_list("pk", flat=True)[:1000]
        return Outbox.objects.filter(pk__in=list(old)).delete()[0]


def breaker_of(webhook: int) -> str:
    return f"{BREAKER}{webhook}"


def _make_sending(row: Webhook, number: int, event: OutboxRow, now: datetime) -> Sending:
    keys = [settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)]
    secrets = [_secret(row.pk, row.generation, key) for key in keys]
    if row.rotated_at is not None and now - row.rotated_at < timedelta(seconds=OLD_SECRET_SECONDS):
        secrets.append(_secret(row.pk, row.generation - 1, settings.SECRET_KEY))
    return Sending(number, row.pk, event.event, event.kind, event.attempts, row.url, event.payload, tuple(secrets))


def _secret(webhook: int, generation: int, key: str) -> str:
    text = f"webhook:{webhook}:{generation}".encode()
    return "whsec_" + base64.b64encode(hmac.new(key.encode(), text, hashlib.sha256).digest()).decode()


def _pause(attempts: int) -> float | None:
    if attempts > len(PAUSES):
        return None
    return PAUSES[attempts - 1] * random.uniform(0.8, 1.2)  # noqa: S311 no secret, only spread


def _save(row: Webhook, url: str, name: str, kinds: Collection[str]) -> Webhook:
    try:
        outgoing.check_url(url)
    except outgoing.Refused as error:
        raise Invalid("webhook-url", message_of(error)) from None
    if len(url) > 2000 or len(name) > 255:
        raise Invalid("webhook-invalid", say("The address has at most 2000 characters and the name 255."))
    for kind in kinds:
        if not kind or len(kind) > 255:
            raise Invalid("webhook-kind", say("Kinds are words like %(kinds)s or task.*.", kinds=next(iter(KINDS))))
    row.url, row.name, row.kinds = url, name, sorted(set(kinds))
    with write_transaction():
        row.save()
    forget_listeners()
    return row


def _may_change(actor: Actor, process: Process | None) -> bool:
    if process is None:
        return _is_administrator(actor)
    return is_all_powerful(actor) or process.pk in allowed_processes(actor, "operate", [process.pk])


def _is_administrator(actor: Actor) -> bool:
    return is_all_powerful(actor) or "administrators" in groups_of(actor)
