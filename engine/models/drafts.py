"""Diagrams that are being drawn; what runs is in definitions."""

from django.conf import settings
from django.db import models


class Draft(models.Model):
    """The one draft of a process. Saving it says which revision was read: a newer one is never written over."""

    id = models.AutoField(primary_key=True)
    key = models.CharField(max_length=255, unique=True)
    name = models.CharField(max_length=255, blank=True)
    xml = models.TextField()
    # The forms and decisions that are deployed with it: [{"name": …, "content": …}].
    files = models.JSONField(default=list)
    revision = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return self.name or self.key
