"""`manage.py demo`: accounts and processes to try Statewright with."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from engine.demo.accounts import ACCOUNTS, create_accounts
from engine.demo.processes import load_processes


class Command(BaseCommand):
    help = (
        "Loads the demo: one account for each role, with its password printed, and processes with examples running. "
        "What is there already is left as it is. Refused when DEBUG is off, because the passwords are known."
    )

    def handle(self, **_: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo has known passwords: it is loaded only with DEBUG=1.")
        create_accounts()
        load_processes()
        self.stdout.write("Sign in as (user / password):")
        for account in ACCOUNTS:
            self.stdout.write(f"  {account.name:<9} / {account.password:<14}  {account.does}")
