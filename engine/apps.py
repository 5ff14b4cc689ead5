"""Registers the engine with Django."""

import gc

from django.apps import AppConfig
from django.conf import settings


class EngineConfig(AppConfig):
    name = "engine"
    verbose_name = "Engine"

    def ready(self) -> None:
        # A unit of work makes many objects that live for a moment: looking for cycles among them every 700 costs
        # a third of its time.
        gc.set_threshold(50_000, 20, 100)
        # The service commits work that a worker has to take up, but may not know the worker's room.
        from engine.push.signals import work_waiting
        from engine.service.telemetry import start_tracing
        from engine.worker.handlers import discover
        from engine.worker.wake import wake_on_signal

        if settings.TRACES_ENDPOINT:
            start_tracing(settings.TRACES_ENDPOINT)
        work_waiting.connect(wake_on_signal, dispatch_uid="wake-workers")
        discover()
