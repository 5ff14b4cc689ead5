"""Repairs of many incidents at once: what is to be done, and what came of each."""

from django.db import models

from engine.models.fields import JSONText


class Repair(models.Model):
    """One action of an operator on a group of incidents; a worker does it piece by piece."""

    id = models.BigAutoField(primary_key=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)  # of the worker that is at it
    actor = models.CharField(max_length=150)
    total = models.IntegerField()
    done = models.IntegerField(default=0)
    failed = models.IntegerField(default=0)
    cause = models.TextField()  # the message that the incidents share
    reason = models.TextField(blank=True)
    variables = JSONText(null=True)  # set in each instance before it is tried again

    class Meta:
        indexes = (models.Index(fields=("id",), name="engine_repair_open", condition=models.Q(ended_at__isnull=True)),)

    def __str__(self) -> str:
        return f"{self.id}: {self.cause[:80]}"


class RepairItem(models.Model):
    """One incident of a repair. `result` is null until it was its turn, empty when it went well, else why not."""

    id = models.BigAutoField(primary_key=True)
    repair = models.ForeignKey(Repair, models.CASCADE, related_name="items")
    incident = models.BigIntegerField()
    result = models.TextField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=("repair", "id"), name="engine_repair_pending", condition=models.Q(result__isnull=True)
            ),
        )
