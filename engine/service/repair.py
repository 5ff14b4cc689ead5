"""Incidents by their cause, and the repair of a whole group: piece by piece, with a result for each."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Count, Max, Min, Q, QuerySet

from engine.core.model.words import say
from engine.models import Incident, Repair, RepairItem
from engine.push.signals import work_waiting
from engine.service.errors import Conflict, NotFound, ServiceError
from engine.service.instances import check_variables, retry_incident
from engine.service.rights import Actor, allowed_processes, name_of

MOST_GROUPS = 5000
BATCH = 50
LEASE = timedelta(seconds=60)
# What differs from one failure to the next with the same cause: numbers and long ids.
PARTICULARS = re.compile(r"\b[0-9a-fA-F]{8,}(?:-[0-9a-fA-F]{4,})*\b|\d+")


class Cause(NamedTuple):
    """Open incidents at the same step that fail in the same way. `sample` is the newest of them."""

    process: str
    process_name: str
    node: str
    step: str
    code: str
    message: str
    number: int
    first_at: datetime
    last_at: datetime
    sample: int

    @property
    def likeness(self) -> str:
        return liken(self.message)


def liken(message: str) -> str:
    """The message without what is particular to one failure."""
    return PARTICULARS.sub("…", message)


def list_causes(actor: Actor, *, process: str = "") -> list[Cause]:
    """Of all processes that the actor may operate, the commonest first."""
    rows: Any = _open_incidents(actor)
    if process:
        rows = rows.filter(state__version__process__key=process)
    grouped = (
        rows.values(
            "state__version__process__key", "state__version__process__name", "state__node", "state__name", "node",
            "code", "message",
        )
        .annotate(number=Count("id"), first=Min("created_at"), last=Max("created_at"), sample=Max("id"))
        .order_by("-number")[:MOST_GROUPS]
    )  # fmt: skip
    causes: dict[tuple[str, str, str, str], Cause] = {}
    for row in grouped:
        key, node = row["state__version__process__key"], row["node"] or row["state__node"]
        cause = Cause(
            key, row["state__version__process__name"] or key, node, row["state__name"] or node, row["code"],
            row["message"], row["number"], row["first"], row["last"], row["sample"],
        )  # fmt: skip
        group = (key, node, cause.code, cause.likeness)
        causes[group] = _join(causes[group], cause) if group in causes else cause
    return sorted(causes.values(), key=lambda cause: (-cause.number, cause.first_at))


def _join(one: Cause, other: Cause) -> Cause:
    newest = max(one, other, key=lambda cause: cause.sample)
    return newest._replace(
        number=one.number + other.number,
        first_at=min(one.first_at, other.first_at),
        last_at=max(one.last_at, other.last_at),
    )


def incidents_like(actor: Actor, sample: int) -> list[int]:
    """All open incidents with the cause of this one, the oldest first."""
    row = _open_incidents(actor).filter(pk=sample).select_related("state__version").first()
    if row is None:
        raise NotFound("incident-not-found", say("There is no such open incident, or you may not repair it."))
    node = row.node or row.state.node
    rows = _open_incidents(actor).filter(Q(node=node) | Q(node="", state__node=node), code=row.code)
    rows = rows.filter(state__version__process=row.state.version.process_id)
    likeness = liken(row.message)
    return [key for key, message in rows.order_by("id").values_list("id", "message") if liken(message) == likeness]


def get_incident(actor: Actor, incident: int) -> Incident:
    row: Incident | None = Incident.objects.select_related("state__version__process").filter(pk=incident).first()
    if row is None or row.state.version.process_id not in allowed_processes(actor, "operate"):
        raise NotFound("incident-not-found", say("There is no such incident, or you may not repair it."))
    return row


def start_repair(
    actor: Actor, sample: int, *, variables: dict[str, Any] | None = None, reason: str = "", expected: int | None = None
) -> Repair:
    """Try all incidents with the cause of this one again. `expected` is the number that was shown: where it has
    grown meanwhile nothing is done."""
    given = check_variables(variables or {})
    incidents = incidents_like(actor, sample)
    if expected is not None and len(incidents) > expected:
        raise Conflict(
            "more-incidents",
            say("There are %(incidents)s incidents of this kind by now. Look again.", incidents=len(incidents)),
        )
    row = Incident.objects.get(pk=sample)
    with transaction.atomic():
        repair = Repair.objects.create(
            created_at=datetime.now(UTC), actor=name_of(actor), total=len(incidents), cause=row.message,
            reason=reason, variables=given or None,  # type: ignore[misc]  # the field keeps any JSON
        )  # fmt: skip
        RepairItem.objects.bulk_create(
            [RepairItem(repair=repair, incident=incident) for incident in incidents], batch_size=1000
        )
    work_waiting.send(sender=None, queue="sweep")
    return repair


def get_repair(actor: Actor, repair: int) -> Repair:
    row = Repair.objects.filter(pk=repair).first()
    if row is None or not _may_see(actor, row):
        raise NotFound("repair-not-found", say("There is no such repair."))
    return row


def list_results(repair: Repair, *, limit: int = 200) -> list[RepairItem]:
    """What failed first, then what was tried last."""
    failed = repair.items.filter(result__isnull=False).exclude(result="").order_by("id")[:limit]
    fine = repair.items.filter(result="").order_by("-id")[: max(limit - len(failed), 0)]
    return [*failed, *fine]


def continue_repairs() -> int:
    """A piece of one repair that is not done; how many incidents it tried. Any number of workers may call it."""
    now = datetime.now(UTC)
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    for repair in Repair.objects.filter(free, ended_at__isnull=True).order_by("id")[:10]:
        if Repair.objects.filter(free, pk=repair.pk).update(leased_until=now + LEASE):
            return _do_piece(repair)
    return 0


def _do_piece(repair: Repair) -> int:
    person = get_user_model().objects.filter(username=repair.actor, is_active=True).first()
    pending = list(repair.items.filter(result__isnull=True).order_by("id")[:BATCH])
    for item in pending:
        item.result = (
            _try_again(item, repair, person) if person is not None else say("This person may not act any more.")
        )
        item.save(update_fields=["result"])
    # Counted anew: what a worker that died had done stands in its items.
    counts = repair.items.aggregate(
        done=Count("pk", filter=Q(result__isnull=False)),
        failed=Count("pk", filter=Q(result__isnull=False) & ~Q(result="")),
    )
    ended_at = datetime.now(UTC) if counts["done"] == repair.total else None
    Repair.objects.filter(pk=repair.pk).update(**counts, leased_until=None, ended_at=ended_at)
    return len(pending)


def _try_again(item: RepairItem, repair: Repair, person: Any) -> str:
    try:
        retry_incident(item.incident, person, variables=repair.variables, reason=repair.reason)
    except Conflict as error:
        # Closed already: by somebody else, or by this repair before its worker died.
        return "" if error.code == "incident-closed" else error.message
    except ServiceError as error:
        return error.message
    return ""


def _open_incidents(actor: Actor) -> QuerySet[Incident]:
    processes = allowed_processes(actor, "operate")
    return Incident.objects.filter(status=Incident.Status.OPEN, state__version__process__in=processes)


def _may_see(actor: Actor, repair: Repair) -> bool:
    """Who started it, and who may operate a process of it."""
    if actor is None or repair.actor == name_of(actor):
        return True
    first = repair.items.order_by("id").first()
    if first is None:
        return False
    allowed = allowed_processes(actor, "operate")
    return Incident.objects.filter(pk=first.incident, state__version__process__in=allowed).exists()
