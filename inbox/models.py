"""What belongs to people: drafts of forms, comments, saved views, notices, wishes; work itself is the engine's."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from engine.models import Process


class Owned(models.Model):
    """A row of one person."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")

    class Meta:
        abstract = True


class FormDraft(Owned):
    """What somebody typed into a form and has not sent. `place` says which: `task:…` or `start:…`."""

    place = models.CharField(max_length=300)
    values = models.JSONField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("person", "place"), name="inbox_draft_place"),)

    def __str__(self) -> str:
        return f"{self.person} {self.place}"


class Comment(models.Model):
    """Something said about a case, at one of its tasks."""

    id = models.BigAutoField(primary_key=True)
    instance = models.BigIntegerField()
    item = models.BigIntegerField()
    author = models.CharField(max_length=150)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("instance", "id"), name="inbox_comment_instance"),)

    def __str__(self) -> str:
        return f"{self.author}: {self.text[:60]}"


class SavedView(Owned):
    """A list of tasks that somebody looks at again and again; `query` is that of its address."""

    slug = models.SlugField(max_length=60, allow_unicode=True)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=2000, blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("person", "slug"), name="inbox_view_slug"),)

    def __str__(self) -> str:
        return self.name


class NoticeKind(models.TextChoices):
    ASSIGNED = "assigned", _("A task was given to me")
    GROUP = "group", _("A task came in for one of my groups")
    MENTIONED = "mentioned", _("Somebody mentioned me in a comment")
    DUE = "due", _("A task of mine is overdue")
    FOLLOW_UP = "follow_up", _("A task that I put off is back")


class Notice(Owned):
    """One thing that somebody is told once, on the pages, by mail, or both."""

    kind = models.CharField(max_length=10, choices=NoticeKind)
    item = models.BigIntegerField()
    subject = models.CharField(max_length=300)  # the name of the task
    actor = models.CharField(max_length=150, blank=True)
    about = models.CharField(max_length=64, blank=True)  # which date, which comment: the same is told once
    at = models.DateTimeField()
    is_shown = models.BooleanField(default=True)
    read_at = models.DateTimeField(null=True)
    mail_due = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("person", "item", "kind", "about"), name="inbox_notice_once"),)
        indexes = (
            models.Index(fields=("person", "-id"), name="inbox_notice_person"),
            models.Index(fields=("id",), name="inbox_notice_mail", condition=models.Q(mail_due=True)),
        )

    def __str__(self) -> str:
        return f"{self.person}: {self.kind} {self.subject}"


class Wishes(models.Model):
    """How somebody wants the pages: zone, language, numbers, and which notices where. Who has none gets the usual."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="wishes")
    time_zone = models.CharField(max_length=64, blank=True)
    language = models.CharField(max_length=16, blank=True)
    region = models.CharField(max_length=16, blank=True)  # whose way to write numbers and dates
    notices = models.JSONField(default=dict)  # kind → list of "page", "mail"

    def __str__(self) -> str:
        return str(self.person)


class PublicLink(models.Model):
    """A start form that anybody with the link may send, until it ends."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    process = models.ForeignKey(Process, models.CASCADE, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    starts = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.process} {self.id}"
