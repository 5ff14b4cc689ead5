"""Names and column types of the runtime tables, in the order of the rows; no statements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django.db import models

from engine.models import (
    Audience,
    AudienceMember,
    BufferedMessage,
    Delivery,
    Exchange,
    InboundEvent,
    Incident,
    Instance,
    Job,
    Outbox,
    Step,
    Subscription,
    Timer,
    Token,
    WorkItem,
)
from engine.models.fields import JSONText, LogText
from engine.store import rows

# Django's name of a column's type → PostgreSQL's, for arrays of parameters.
TYPES = {
    "BigIntegerField": "bigint",
    "IntegerField": "integer",
    "SmallIntegerField": "smallint",
    "ForeignKey": "integer",
    "DateTimeField": "timestamptz",
    "BooleanField": "boolean",
    "CharField": "text",
    "TextField": "text",
    "JSONField": "jsonb",
}


@dataclass(frozen=True)
class Table:
    """One table. `columns` and `types` go with the members of `row`."""

    name: str
    row: type[Any]
    columns: tuple[str, ...]
    types: tuple[str, ...]

    def places_of(self, type_name: str) -> tuple[int, ...]:
        return tuple(place for place, name in enumerate(self.types) if name == type_name)


def describe(model: type[models.Model], row: type[Any]) -> Table:
    """The table of a model, as far as the row has it."""
    fields = [cast("models.Field[Any, Any]", model._meta.get_field(name)) for name in row._fields]
    columns = tuple(str(field.column) for field in fields)
    types = tuple("text" if isinstance(f, (JSONText, LogText)) else TYPES[f.get_internal_type()] for f in fields)
    return Table(model._meta.db_table, row, columns, types)


INSTANCES = describe(Instance, rows.InstanceRow)
TOKENS = describe(Token, rows.TokenRow)
STEPS = describe(Step, rows.StepRow)
AUDIENCES = describe(Audience, rows.AudienceRow)
MEMBERS = describe(AudienceMember, rows.MemberRow)
ITEMS = describe(WorkItem, rows.ItemRow)
TIMERS = describe(Timer, rows.TimerRow)
SUBSCRIPTIONS = describe(Subscription, rows.SubscriptionRow)
JOBS = describe(Job, rows.JobRow)
INCIDENTS = describe(Incident, rows.IncidentRow)
DELIVERIES = describe(Delivery, rows.DeliveryRow)
MESSAGES = describe(BufferedMessage, rows.MessageRow)
EXCHANGES = describe(Exchange, rows.ExchangeRow)
OUTBOX = describe(Outbox, rows.OutboxRow)
EVENTS = describe(InboundEvent, rows.EventRow)

# Filled in the order that a foreign reader would want: what is referred to stands first.
INSERTED: tuple[tuple[str, Table], ...] = (
    ("new", INSTANCES),
    ("tokens", TOKENS),
    ("steps", STEPS),
    ("audiences", AUDIENCES),
    ("members", MEMBERS),
    ("items", ITEMS),
    ("timers", TIMERS),
    ("subscriptions", SUBSCRIPTIONS),
    ("jobs", JOBS),
    ("incidents", INCIDENTS),
    ("deliveries", DELIVERIES),
    ("messages", MESSAGES),
    ("exchanges", EXCHANGES),
    ("outbox", OUTBOX),
    ("events", EVENTS),
)
# Rows that may exist already and are then overwritten, and sets that are kept as they are.
REPLACED = frozenset({"tokens", "items", "jobs"})
KEPT = frozenset({"audiences", "members", "exchanges"})
