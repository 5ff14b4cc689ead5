"""What events mean: mappings, declared with FEEL; events that meant nothing are kept, and tried again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.db import IntegrityError
from django.db.models import QuerySet
from django.utils.timezone import now as moment

from api.events.reading import Event, read_structured
from api.models import EventMapping, UnmatchedEvent
from engine.service import inbound
from engine.service.errors import Conflict, Invalid, NotFound
from engine.service.expressions import try_expression
from engine.service.inbound import Effect, Kept, MessageBy, Received, SignalBy, StartBy
from engine.service.rights import require_any
from engine.store.writing import write_transaction

EXAMPLE = {"id": "", "source": "", "type": "", "subject": None, "time": None, "data": None}
LONGEST_REASON = 1000
# A message that is not dropped so long after its time was taken: sweeps come every second.
TAKEN_AFTER = timedelta(days=1)


def receive(actor: AbstractUser, event: Event, content: dict[str, Any]) -> Received:
    """Do what the event means. `content` is how it is kept where it means nothing."""
    effects, found = find_effects(event)

    def keep(refusals: list[str], kept: Kept | None) -> None:
        UnmatchedEvent.objects.create(
            received_at=datetime.now(UTC), received_from=actor, source=event.source, event=event.id, type=event.type,
            reason=" ".join([*found, *refusals])[:LONGEST_REASON] or "No mapping is for this event.", content=content,
            kept_as=kept.message_id if kept is not None else "", kept_until=kept.until if kept is not None else None,
        )  # fmt: skip

    return inbound.receive(actor, event.source, event.id, effects, keep)


def find_effects(event: Event) -> tuple[list[Effect], list[str]]:
    """Those of every mapping whose condition holds, and what is wrong with the others."""
    effects: list[Effect] = []
    problems: list[str] = []
    for mapping in EventMapping.objects.filter(is_enabled=True).order_by("pk"):
        if evaluate(mapping.condition, event) is not True:
            continue
        try:
            effects.append(make_effect(mapping, event))
        except Invalid as error:
            problems.append(f"“{mapping.name}”: {error.message}")
    return effects, problems


def make_effect(mapping: EventMapping, event: Event) -> Effect:
    variables = evaluate(mapping.variables, event) if mapping.variables else event.data
    if variables is None:
        variables = {}
    if not isinstance(variables, dict):
        variables = {"data": variables}
    key = evaluate(mapping.key, event) if mapping.key else None
    if mapping.key and (key is None or not isinstance(key, str | int | float)):
        raise Invalid("key-missing", "the key has no value.")
    text = None if key is None else str(key)[:255]
    match mapping.action:
        case EventMapping.Action.START:
            return StartBy(mapping.target, variables, text or "")
        case EventMapping.Action.MESSAGE:
            return MessageBy(mapping.target, text, variables, mapping.time_to_live)
    return SignalBy(mapping.target, variables)


def evaluate(text: str, event: Event) -> Any:
    return try_expression(text, event.names)["value"]


def list_mappings(actor: AbstractUser) -> list[EventMapping]:
    require_any(actor, "edit")
    return list(EventMapping.objects.order_by("pk"))


def save_mapping(actor: AbstractUser, given: dict[str, Any], mapping: int | None = None) -> EventMapping:
    """A new one, or the one of the number as it shall be from now on; its expressions have to be expressions."""
    require_any(actor, "edit")
    for name in ("condition", "key", "variables"):
        if given[name] and try_expression(given[name], EXAMPLE)["type"] is None:
            raise Invalid("expression-invalid", f"“{name}” is no expression: {_first_problem(given[name])}")
    row = EventMapping(made_by=actor, created_at=moment()) if mapping is None else get_mapping(actor, mapping)
    for name, value in given.items():
        setattr(row, name, value)
    try:
        with write_transaction():
            row.save()
    except IntegrityError:
        raise Conflict("name-taken", f"There is a mapping “{row.name}” already.") from None
    return row


def _first_problem(text: str) -> str:
    found = try_expression(text, EXAMPLE)["diagnostics"]
    return str(found[0]["message"]) if found else ""


def get_mapping(actor: AbstractUser, mapping: int) -> EventMapping:
    require_any(actor, "edit")
    row = EventMapping.objects.filter(pk=mapping).first()
    if row is None:
        raise NotFound("mapping-not-found", "There is no such mapping.")
    return row


def delete_mapping(actor: AbstractUser, mapping: int) -> None:
    get_mapping(actor, mapping).delete()


def list_unmatched(actor: AbstractUser, before: int | None, limit: int) -> list[UnmatchedEvent]:
    """Those that did nothing and that nobody has dealt with, newest first."""
    require_any(actor, "operate")
    rows = _open_ones()
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[:limit])


def _open_ones() -> QuerySet[UnmatchedEvent]:
    return UnmatchedEvent.objects.filter(handled_at=None, kept_as="")


def show_dropped(ids: Sequence[str], **_: Any) -> None:
    """Events whose messages were kept in vain are for a person now."""
    reason = "Nothing waited for it while it was kept."
    UnmatchedEvent.objects.filter(kept_as__in=ids).update(kept_as="", reason=reason)


def forget_taken(**_: Any) -> None:
    """Events whose messages have long found their receivers."""
    UnmatchedEvent.objects.exclude(kept_as="").filter(kept_until__lt=moment() - TAKEN_AFTER).delete()


def get_unmatched(actor: AbstractUser, unmatched: int) -> UnmatchedEvent:
    require_any(actor, "operate")
    row = _open_ones().filter(pk=unmatched).first()
    if row is None:
        raise NotFound("event-not-found", "There is no such event, or it has been dealt with.")
    return row


def retry_unmatched(actor: AbstractUser, unmatched: int) -> Received:
    """Through the mappings as they are now."""
    row = get_unmatched(actor, unmatched)
    effects, problems = find_effects(read_structured(row.content, "The event"))

    def done() -> None:
        if not UnmatchedEvent.objects.filter(pk=row.pk, handled_at=None).update(handled_at=moment()):
            raise Conflict("handled-already", "Somebody else has dealt with it.")

    received = inbound.repeat(actor, effects, done)
    if not received.is_matched:
        reasons = " ".join([*problems, *received.refusals]) or "No mapping is for this event."
        raise Conflict("still-unmatched", reasons[:LONGEST_REASON])
    return received


def dismiss_unmatched(actor: AbstractUser, unmatched: int) -> None:
    row = get_unmatched(actor, unmatched)
    row.handled_at = moment()
    row.save(update_fields=["handled_at"])
