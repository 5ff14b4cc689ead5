"""Registers the engine with Django."""

from django.apps import AppConfig


class EngineConfig(AppConfig):
    name = "engine"
    verbose_name = "Engine"

    def ready(self) -> None:
        # The service commits work that a worker has to take up, but may not know the worker's room.
        from engine.push.signals import work_waiting
        from engine.worker.handlers import discover
        from engine.worker.wake import wake_on_signal

        work_waiting.connect(wake_on_signal, dispatch_uid="wake-workers")
        discover()
