"""What runs: instances, their tokens and their history. Written by engine.store only.

Columns stand in the order that wastes no padding on PostgreSQL, the widest first.
"""

from django.db import models

from engine.models.definitions import ProcessVersion, State
from engine.models.fields import JSONText, LogText, Part, VariablesText


class Instance(models.Model):
    """One run of a process. It is its own root token: `variables` and `data` are those of the root scope."""

    class Status(models.IntegerChoices):
        ACTIVE = 0, "active"
        COMPLETED = 1, "completed"
        TERMINATED = 2, "terminated"
        CANCELLED = 3, "cancelled"
        FAILED = 4, "failed"
        SUSPENDED = 5, "suspended"

    id = models.BigIntegerField(primary_key=True, editable=False)
    started_at = models.DateTimeField()
    parent = models.BigIntegerField(null=True)  # the key of the token that called
    ended_at = models.DateTimeField(null=True)
    version = models.ForeignKey(
        ProcessVersion, models.DO_NOTHING, related_name="instances", db_constraint=False, db_index=False
    )
    revision = models.IntegerField()  # one higher with each unit of work
    sequence = models.IntegerField()  # of the last history entry
    tokens_made = models.IntegerField()
    waits_made = models.IntegerField()
    status = models.SmallIntegerField(choices=Status)
    depth = models.SmallIntegerField(default=0)  # how many calls lead to it
    business_key = models.CharField(max_length=255, blank=True)
    started_by = models.CharField(max_length=150, null=True)
    trace = models.CharField(max_length=64, null=True)  # the traceparent of its start, where traces are collected
    error = models.CharField(max_length=255, null=True)  # the code of a failed end, empty for one without
    variables = VariablesText()
    data = JSONText(null=True)

    class Meta:
        indexes = (
            models.Index(fields=("version", "status"), name="engine_instance_version"),
            models.Index(
                fields=("business_key",),
                name="engine_instance_key",
                opclasses=("varchar_pattern_ops",),  # on PostgreSQL also for beginnings of keys
                condition=~models.Q(business_key=""),
            ),
            models.Index(fields=("parent",), name="engine_instance_parent", condition=models.Q(parent__isnull=False)),
            models.Index(
                fields=("started_by", "id"),
                name="engine_instance_started_by",
                condition=models.Q(started_by__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.id} {self.business_key}".rstrip()


class Token(Part):
    """Where one thread of an instance stands."""

    state = models.ForeignKey(State, models.DO_NOTHING, db_constraint=False, db_index=False)
    scope = models.IntegerField()  # number of the token that owns the scope; 0 is the instance
    loop_index = models.IntegerField(null=True)  # among the instances of a multi-instance activity
    flow = models.IntegerField(null=True)  # at a gateway: number of a transition of the flow by which it came
    variables = VariablesText(null=True)
    data = JSONText(null=True)

    def __str__(self) -> str:
        return f"{self.instance_id}/{self.number}"


class Step(Part):
    """History, append-only: what one unit of work did to one instance. `number` is the revision it made."""

    at = models.DateTimeField()
    sequence = models.IntegerField()  # of its last entry
    log = LogText()  # the entries of engine.core.run.log, states by their position

    def __str__(self) -> str:
        return f"{self.instance_id}/{self.number}"
