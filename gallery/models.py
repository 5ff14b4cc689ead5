"""What the gallery remembers: how its mock services behave, what they have done, and what is installed."""

from __future__ import annotations

from django.db import models


class Switch(models.Model):
    """How a mock service behaves now. A service without a row works well."""

    class Mode(models.TextChoices):
        WELL = "well", "well"
        SLOW = "slow", "slow"
        FAILING = "failing", "failing"
        REFUSING = "refusing", "refusing"
        DUPLICATE = "duplicate", "duplicate"

    service = models.CharField(max_length=100, primary_key=True)
    mode = models.CharField(max_length=9, choices=Mode, default=Mode.WELL)
    seconds = models.FloatField(default=3.0)  # that a call takes while it is slow
    note = models.CharField(max_length=200, blank=True)  # what it says while it fails or refuses
    changed_by = models.CharField(max_length=150, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.service}: {self.mode}"


class Effect(models.Model):
    """One thing that a mock service was asked to do: counted at each call, done once for each idempotency key."""

    id = models.BigAutoField(primary_key=True)
    service = models.CharField(max_length=100)
    action = models.CharField(max_length=100)
    key = models.CharField(max_length=255)
    instance = models.BigIntegerField()
    asked = models.JSONField()
    answer = models.JSONField(null=True)  # null until it is done
    calls = models.PositiveIntegerField(default=1)
    called_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("service", "action", "key"), name="gallery_effect_key"),)
        indexes = (models.Index(fields=("instance",), name="gallery_effect_instance"),)

    def __str__(self) -> str:
        return f"{self.service} {self.action}: called {self.calls} times, {'done' if self.done_at else 'not done'}"


class Installed(models.Model):
    """An example that is installed, and the checksum of the files it had."""

    example = models.CharField(max_length=100, primary_key=True)
    checksum = models.CharField(max_length=64)
    installed_by = models.CharField(max_length=150, blank=True)
    installed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.example
