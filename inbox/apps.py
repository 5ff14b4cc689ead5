"""Registers the room with Django."""

from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "inbox"
    verbose_name = "Inbox"

    def ready(self) -> None:
        from engine.push.signals import chores_due, work_handed
        from inbox import notices

        work_handed.connect(notices.hear_of_work, dispatch_uid="inbox.notices")
        chores_due.connect(notices.do_chores, dispatch_uid="inbox.notices")
