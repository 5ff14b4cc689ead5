"""Backfills: a process run for a range of dates, and what became of each date."""

from django.db import models
from django.db.models import Q

from engine.models.definitions import Process
from engine.models.fields import JSONText


class Backfill(models.Model):
    """One action of an operator; workers start its runs piece by piece, the earliest date first."""

    class Status(models.IntegerChoices):
        RUNNING = 0, "running"
        PAUSED = 1, "paused"
        CANCELLED = 2, "cancelled"
        DONE = 3, "done"

    class Every(models.TextChoices):
        DAY = "day"
        WEEK = "week"
        MONTH = "month"

    id = models.BigAutoField(primary_key=True)
    process = models.ForeignKey(Process, models.CASCADE, related_name="backfills")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)  # of the worker that is at it
    status = models.SmallIntegerField(choices=Status, default=Status.RUNNING)
    first = models.DateField()
    last = models.DateField()
    every = models.CharField(max_length=5, choices=Every, default=Every.DAY)
    limit = models.SmallIntegerField()  # how many run at once
    variable = models.CharField(max_length=255)  # that gets the date
    variables = JSONText(null=True)  # the others that each run begins with
    is_again = models.BooleanField(default=False)  # dates that have run already run once more
    actor = models.CharField(max_length=150)
    stopped_by = models.CharField(max_length=150, null=True)  # who has cancelled it with what runs
    reason = models.TextField(blank=True)
    note = models.TextField(blank=True)  # why it was paused, where nobody did

    class Meta:
        indexes = (
            models.Index(fields=("id",), name="engine_backfill_open", condition=Q(ended_at__isnull=True)),
            models.Index(fields=("process", "-id"), name="engine_backfill_process"),
        )

    def __str__(self) -> str:
        return f"{self.process} {self.first} – {self.last}"


class BackfillRun(models.Model):
    """One date. `instance` is its run; null until it was its turn, or where it could not be started (`error`)."""

    id = models.BigAutoField(primary_key=True)
    backfill = models.ForeignKey(Backfill, models.CASCADE, related_name="runs")
    date = models.DateField()
    instance = models.BigIntegerField(null=True)
    is_over = models.BooleanField(default=False)  # nothing is left to do for the date
    is_known = models.BooleanField(default=False)  # had run already, and was not asked to run again
    retried_by = models.CharField(max_length=150, null=True)  # who has asked for it once more, until that is done
    error = models.TextField(blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("backfill", "date"), name="engine_backfill_date"),)
        indexes = (models.Index(fields=("backfill", "date"), name="engine_backfill_left", condition=Q(is_over=False)),)

    def __str__(self) -> str:
        return f"{self.backfill_id} {self.date}"
