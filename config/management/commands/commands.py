"""`manage.py commands`: the page of all commands, as docs/commands.md has it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from config.command_page import write_page


class Command(BaseCommand):
    help = "Prints docs/commands.md: every command of Statewright with its arguments."

    def handle(self, **_: Any) -> None:
        self.stdout.write(write_page(), ending="")
