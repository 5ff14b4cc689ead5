"""Who works: the processes that have shown themselves lately, and how much of a kind of job may be begun."""

from django.db import models


class Worker(models.Model):
    """A process that takes work. One that has not been seen for a while is dead, and its work free again."""

    name = models.CharField(max_length=255, primary_key=True)  # host, process number and start
    host = models.CharField(max_length=255)
    pid = models.IntegerField()
    version = models.CharField(max_length=32)
    queues = models.JSONField(default=list)
    types = models.JSONField(default=list)  # the kinds of job that it has handlers for
    figures = models.JSONField(default=dict)  # since it began: jobs done and failed, timers and how late they were
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Allowance(models.Model):
    """A type of job that may be begun only so often: when its next one may begin."""

    type = models.CharField(max_length=255, primary_key=True)
    next_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.type
