"""What tokens wait for. A wait is a token and a trigger; both come back in the delivery that ends it."""

from django.db import models
from django.db.models import Q

from engine.models.definitions import State
from engine.models.fields import JSONText, Part

CONTINUATION = "#async"  # the type of the jobs that the engine takes itself


class Wait(Part):
    """`number` counts the waits of the instance; `token` is the number of the token that waits."""

    token = models.IntegerField()
    state = models.ForeignKey(State, models.DO_NOTHING, db_constraint=False, db_index=False)
    trigger = models.CharField(max_length=300)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.instance_id}/{self.token} {self.trigger}"


class Audience(models.Model):
    """A set of candidates, kept once however many work items are meant for it. `id` is the set's hash."""

    id = models.BigIntegerField(primary_key=True, editable=False)
    users = models.JSONField()
    groups = models.JSONField()

    def __str__(self) -> str:
        return ", ".join([*self.users, *self.groups])


class AudienceMember(models.Model):
    """A person or a group in an audience, to find a person's audiences."""

    audience = models.BigIntegerField()
    name = models.CharField(max_length=255)
    is_group = models.BooleanField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("name", "is_group", "audience"), name="engine_audience_member"),)


class WorkItem(Part):
    """Something a person has to do. It comes back as the trigger `complete`."""

    class Status(models.IntegerChoices):
        OPEN = 0, "open"
        DONE = 1, "done"
        CANCELLED = 2, "cancelled"

    audience = models.BigIntegerField(null=True)
    due = models.DateTimeField(null=True)
    follow_up = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    token = models.IntegerField()
    state = models.ForeignKey(State, models.DO_NOTHING, db_constraint=False, db_index=False)
    priority = models.SmallIntegerField()
    status = models.SmallIntegerField(choices=Status)
    assignee = models.CharField(max_length=150, null=True)
    ended_by = models.CharField(max_length=150, null=True)
    owner = models.CharField(max_length=150, null=True)  # who has delegated it and gets it back
    name = models.CharField(max_length=1000, null=True)  # where it is not the state's
    form = JSONText(null=True)
    config = JSONText(null=True)

    class Meta:
        # An open list is read in two parts, those with a due date and then the others by key: items
        # without one, the most, take no room in the index by date.
        indexes = (
            models.Index(fields=("audience",), name="engine_item_audience", condition=Q(status=0)),
            models.Index(
                fields=("audience", "due", "id"),
                name="engine_item_due",
                condition=Q(status=0, due__isnull=False),
            ),
            models.Index(
                fields=("assignee", "id"),
                name="engine_item_mine",
                condition=Q(status=0, assignee__isnull=False),
            ),
            # What somebody has done, the latest first.
            models.Index(
                fields=("assignee", "-ended_at", "id"),
                name="engine_item_done",
                condition=Q(status=1, assignee__isnull=False),
            ),
            models.Index(
                fields=("owner", "status", "id"),
                name="engine_item_owner",
                condition=Q(owner__isnull=False),
            ),
            models.Index(
                fields=("follow_up", "id"),
                name="engine_item_follow_up",
                condition=Q(status=0, follow_up__isnull=False),
            ),
            # Across all audiences: what has become due since the last look.
            models.Index(fields=("due", "id"), name="engine_item_all_due", condition=Q(status=0, due__isnull=False)),
            # By priority too: most items have the priority that every item begins with.
            models.Index(
                fields=("audience", "-priority", "id"),
                name="engine_item_priority",
                condition=Q(status=0) & ~Q(priority=50),
            ),
            # Few have a name of their own: whether a search has to look into names at all.
            models.Index(fields=("id",), name="engine_item_named", condition=Q(name__isnull=False)),
        )


class Timer(Wait):
    due = models.DateTimeField()
    remaining = models.IntegerField(default=0)
    is_held = models.BooleanField(default=False)  # the instance is suspended

    class Meta:
        indexes = (models.Index(fields=("due",), name="engine_timer_due", condition=Q(is_held=False)),)


class Subscription(Wait):
    class Kind(models.IntegerChoices):
        MESSAGE = 0, "message"
        SIGNAL = 1, "signal"

    kind = models.SmallIntegerField(choices=Kind)
    name = models.CharField(max_length=255)
    key = models.CharField(max_length=255, null=True)  # null: matches by name alone

    class Meta:
        indexes = (models.Index(fields=("name", "key"), name="engine_subscription_name"),)


class Job(Wait):
    """Work for a handler or an external worker.

    `available_at` is when it may be taken: a pause before a retry, or the end of the lease of whoever has
    it (`owner`); null while the instance is suspended or an incident is open.
    """

    class Kind(models.IntegerChoices):
        JOB = 0, "job"
        ASYNC = 1, "async"
        LISTENER = 2, "listener"

    available_at = models.DateTimeField(null=True)
    kind = models.SmallIntegerField(choices=Kind)
    retries = models.SmallIntegerField()
    attempts = models.SmallIntegerField(default=0)
    lapses = models.SmallIntegerField(default=0)  # leases that ran out: its worker died
    priority = models.IntegerField(default=0)
    type = models.CharField(max_length=255)
    owner = models.CharField(max_length=255, null=True)
    retry_cycle = models.CharField(max_length=255, blank=True)
    headers = JSONText(null=True)
    script = models.TextField(null=True)
    failures = JSONText(null=True)  # the attempt log: at, message
    progress = JSONText(null=True)  # what its handler left for the next look, where the job was put off

    class Meta:
        # By state: who hands jobs out takes from the beginning of each state's part, so that a process with very
        # many jobs does not hold up the one that has few.
        indexes = (
            models.Index(
                fields=("type", "state", "-priority", "available_at"),
                name="engine_job_fair",
                condition=Q(available_at__isnull=False),
            ),
        )


class Incident(Wait):
    """A failure that a person has to look at; its retry delivers `trigger` again with `data`."""

    class Status(models.IntegerChoices):
        OPEN = 0, "open"
        RESOLVED = 1, "resolved"
        OBSOLETE = 2, "obsolete"

    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    job = models.BigIntegerField(null=True)  # the key of the job whose retries are exhausted
    status = models.SmallIntegerField(choices=Status)
    node = models.CharField(max_length=255, blank=True)
    code = models.CharField(max_length=255)
    message = models.TextField()
    closed_by = models.CharField(max_length=150, null=True)
    data = JSONText(null=True)

    class Meta:
        indexes = (models.Index(fields=("id",), name="engine_incident_open", condition=Q(status=0)),)
