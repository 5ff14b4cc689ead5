"""What was deployed: processes, their versions, and the states and transitions that the engine executes."""

from django.contrib.auth.models import Group
from django.db import models

from engine.models.deployments import DeployedFile, Deployment


class Process(models.Model):
    """One process under its BPMN id; its versions are numbered from 1."""

    id = models.AutoField(primary_key=True)
    key = models.CharField(max_length=255, unique=True)
    name = models.CharField(max_length=255, blank=True)
    latest = models.ForeignKey("ProcessVersion", models.SET_NULL, null=True, related_name="+")
    is_suspended = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "processes"

    def __str__(self) -> str:
        return self.name or self.key


class ProcessVersion(models.Model):
    """One deployed version: immutable, and kept as long as an instance runs on it."""

    id = models.AutoField(primary_key=True)
    process = models.ForeignKey(Process, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    tag = models.CharField(max_length=255, blank=True)
    name = models.CharField(max_length=255, blank=True)
    deployment = models.ForeignKey(Deployment, models.PROTECT, related_name="versions")
    file = models.ForeignKey(DeployedFile, models.PROTECT, related_name="+")
    checksum = models.CharField(max_length=64)
    warnings = models.JSONField(default=list)
    is_retired = models.BooleanField(default=False)  # starts nothing more, what runs on it goes on
    created_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("process", "number"), name="engine_version_number"),)

    def __str__(self) -> str:
        return f"{self.process.key} {self.number}"


class State(models.Model):
    """A state of the machine: a node of the diagram and how it behaves."""

    id = models.AutoField(primary_key=True)
    version = models.ForeignKey(ProcessVersion, models.CASCADE, related_name="states")
    position = models.PositiveIntegerField()
    key = models.CharField(max_length=255)
    kind = models.CharField(max_length=64)
    node = models.CharField(max_length=255)
    scope = models.CharField(max_length=255)
    name = models.CharField(max_length=1000, blank=True)
    config = models.JSONField(default=dict)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("version", "key"), name="engine_state_key"),)

    def __str__(self) -> str:
        return self.name or self.key


class Transition(models.Model):
    """An edge of the machine: a sequence flow, or the way out that an event opens."""

    id = models.AutoField(primary_key=True)
    version = models.ForeignKey(ProcessVersion, models.CASCADE, related_name="transitions")
    number = models.PositiveIntegerField()
    source = models.ForeignKey(State, models.CASCADE, related_name="leaving")
    trigger = models.CharField(max_length=300)
    target = models.ForeignKey(State, models.CASCADE, null=True, related_name="arriving")
    flow = models.CharField(max_length=255, blank=True)
    guard_language = models.CharField(max_length=16, blank=True)  # empty: no guard
    guard_text = models.TextField(blank=True)
    position = models.IntegerField()
    is_default = models.BooleanField(default=False)
    born = models.ForeignKey(State, models.CASCADE, null=True, related_name="+")
    is_inside = models.BooleanField(default=False)
    clears = models.BooleanField(default=False)
    config = models.JSONField(default=dict)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("version", "number"), name="engine_transition_number"),)

    def __str__(self) -> str:
        return f"{self.trigger}: {self.flow}" if self.flow else self.trigger


class ProcessStart(models.Model):
    """A start event of a process's latest version that waits for a message, a signal or an instant."""

    class Kind(models.TextChoices):
        MESSAGE = "message"
        SIGNAL = "signal"
        TIMER = "timer"

    id = models.AutoField(primary_key=True)
    version = models.ForeignKey(ProcessVersion, models.CASCADE, related_name="starts")
    kind = models.CharField(max_length=8, choices=Kind)
    node = models.CharField(max_length=255)
    name = models.CharField(max_length=255, blank=True)
    due = models.DateTimeField(null=True)
    remaining = models.IntegerField(default=0)  # how often after `due`; -1 without end

    class Meta:
        indexes = (
            models.Index(fields=("kind", "name"), name="engine_start_name"),
            models.Index(fields=("due",), name="engine_start_due", condition=models.Q(due__isnull=False)),
        )


class Starter(models.Model):
    """A person or group that the diagram of a version names as one that may start it."""

    version = models.ForeignKey(ProcessVersion, models.CASCADE, related_name="starters")
    name = models.CharField(max_length=255)
    is_group = models.BooleanField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("version", "is_group", "name"), name="engine_starter_name"),)

    def __str__(self) -> str:
        return self.name


class ProcessRight(models.Model):
    """What the members of a group may do with one process. A process without rights goes by the roles."""

    process = models.ForeignKey(Process, models.CASCADE, related_name="rights")
    group = models.ForeignKey(Group, models.CASCADE, related_name="+")
    may_start = models.BooleanField(default=False)
    may_see = models.BooleanField(default=False)
    may_work = models.BooleanField(default=False)
    may_serve = models.BooleanField(default=False)  # take its jobs, as a worker
    may_operate = models.BooleanField(default=False)
    may_edit = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("process", "group"), name="engine_right_group"),)
