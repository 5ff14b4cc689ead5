"""Registers the room with Django."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "api"
    verbose_name = "API"

    def ready(self) -> None:
        from api.events import mappings
        from engine.push.signals import chores_due, messages_dropped

        messages_dropped.connect(mappings.show_dropped, dispatch_uid="api.events.mappings")
        chores_due.connect(mappings.forget_taken, dispatch_uid="api.events.mappings")
