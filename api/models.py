"""The API's own tables: tokens, accounts of programs, wrong sign-ins, and what events from outside mean here."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from engine.models.fields import JSONText


class AccessToken(models.Model):
    """A token by its digest: whoever reads the table cannot call with it."""

    id = models.AutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="access_tokens")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=16)  # its beginning, to tell one from another
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class ServiceAccount(models.Model):
    """A user that is a program: it has no password, only tokens."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.user.get_username()


class SignInFailure(models.Model):
    """Wrong sign-ins under one name from one address, or from one address altogether."""

    key = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveIntegerField()
    last_at = models.DateTimeField()


class EventMapping(models.Model):
    """What an event from outside does here. Texts of it are FEEL over type, source, subject, time and data."""

    class Action(models.TextChoices):
        START = "start"
        MESSAGE = "message"
        SIGNAL = "signal"

    id = models.AutoField(primary_key=True)
    name = models.CharField(max_length=100, unique=True)
    condition = models.TextField()
    action = models.CharField(max_length=8, choices=Action)
    target = models.CharField(max_length=255)  # key of the process, or name of the message or signal
    key = models.TextField(blank=True)  # the correlation key, or the business key of what is started
    variables = models.TextField(blank=True)  # empty: what `data` holds
    time_to_live = models.FloatField(default=0.0)  # seconds that a message waits for its receiver
    is_enabled = models.BooleanField(default=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class UnmatchedEvent(models.Model):
    """An event that did nothing: kept for a person, who may send it through the mappings again.

    With `kept_as` a message waits for its receiver in the event's stead, and nobody has to look at it yet."""

    id = models.BigAutoField(primary_key=True)
    received_at = models.DateTimeField()
    received_from = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    source = models.CharField(max_length=1000)
    event = models.CharField(max_length=255)
    type = models.CharField(max_length=255)
    reason = models.CharField(max_length=1000)
    content = JSONText()
    handled_at = models.DateTimeField(null=True)
    kept_as = models.CharField(max_length=255, blank=True, default="")  # the id of the message
    kept_until = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=("handled_at", "-id"), name="api_unmatched_open"),
            models.Index(fields=("kept_as",), name="api_unmatched_kept", condition=~models.Q(kept_as="")),
        )

    def __str__(self) -> str:
        return f"{self.type} {self.event}"
