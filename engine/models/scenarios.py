"""Trials of a process that are kept as tests, and states of a draft that are kept with a note."""

from django.conf import settings
from django.db import models


class Scenario(models.Model):
    """A script of actions with what is expected of it. It belongs to a process by its key, deployed or not."""

    id = models.AutoField(primary_key=True)
    process = models.CharField(max_length=255)
    name = models.CharField(max_length=255)
    actions = models.JSONField()
    mocks = models.JSONField(default=dict)
    expected = models.JSONField()
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("process", "name"), name="engine_scenario_name"),)

    def __str__(self) -> str:
        return self.name


class KeptDraft(models.Model):
    """A draft as it was at one moment, with all its files; numbered from 1 for each process."""

    id = models.AutoField(primary_key=True)
    key = models.CharField(max_length=255)
    number = models.PositiveIntegerField()
    note = models.CharField(max_length=1000, blank=True)
    xml = models.TextField()
    files = models.JSONField(default=list)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("key", "number"), name="engine_kept_draft_number"),)

    def __str__(self) -> str:
        return self.note or f"{self.key} {self.number}"
