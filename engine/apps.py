"""Registers the engine with Django."""

import gc
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate


def make_role_groups(using: str, **_signal: Any) -> None:
    """The roles are there to be given from the first migration on."""
    from django.contrib.auth.models import Group

    from engine.service.rights import ROLES

    groups = Group.objects.using(using)
    known = set(groups.filter(name__in=ROLES).values_list("name", flat=True))
    groups.bulk_create([Group(name=name) for name in ROLES if name not in known], ignore_conflicts=True)


class EngineConfig(AppConfig):
    name = "engine"
    verbose_name = "Engine"

    def ready(self) -> None:
        # A unit of work makes many objects that live for a moment: looking for cycles among them every 700 costs
        # a third of its time.
        gc.set_threshold(100_000, 20, 100)
        # The service commits work that a worker has to take up, but may not know the worker's room.
        from engine.push.signals import work_waiting
        from engine.service.telemetry import start_tracing
        from engine.worker.handlers import discover
        from engine.worker.wake import wake_on_signal

        if settings.TRACES_ENDPOINT:
            start_tracing(settings.TRACES_ENDPOINT)
        work_waiting.connect(wake_on_signal, dispatch_uid="wake-workers")
        post_migrate.connect(make_role_groups, sender=self, dispatch_uid="role-groups")
        discover()
