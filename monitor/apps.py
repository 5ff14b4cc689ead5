"""Registers the room with Django."""

from django.apps import AppConfig


class MonitorConfig(AppConfig):
    name = "monitor"
    verbose_name = "Monitor"

    def ready(self) -> None:
        from engine.push.signals import chores_due
        from monitor.alerts import do_chores

        chores_due.connect(do_chores, dispatch_uid="monitor.alerts")
