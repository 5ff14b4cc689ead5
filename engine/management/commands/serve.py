"""`manage.py serve`: web server, worker and clock in one process."""

import os
import sys
import threading
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connections
from django.db.migrations.exceptions import InconsistentMigrationHistory, NodeNotFoundError

from config.environment import read_number
from config.probes import find_database_fault, find_faults, first_line
from config.server import open_socket, serve
from engine.service.concealing import conceal_prints

BUSY_PORT = 2


class Command(BaseCommand):
    help = (
        "Runs everything in one process: the web server, a worker and the clock. "
        "No broker and no Redis are needed. Ctrl-C stops it after the work at hand. "
        "For several processes see docs/operations.md."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
        parser.add_argument(
            "--port",
            type=int,
            default=read_number("PORT", 8000),
            help="port to listen on (default: PORT, or 8000)",
        )
        parser.add_argument("--migrate", action="store_true", help="bring the database up to date first")
        parser.add_argument(
            "--demo", action="store_true", help="load the demo accounts and processes first (needs DEBUG=1)"
        )
        parser.add_argument(
            "--gallery", action="store_true", help="install the examples of the gallery, while it serves already"
        )

    def handle(self, *, host: str, port: int, migrate: bool, demo: bool, gallery: bool, **_: Any) -> None:
        try:
            listener = open_socket(host, port)
        except (OSError, OverflowError) as error:
            raise CommandError(
                f"Cannot listen on {host} port {port}: {describe(error)}. "
                "Stop what uses it, or choose another port with --port (make run PORT=8001).",
                returncode=BUSY_PORT,
            ) from None
        with listener:
            self.prepare(migrate, demo)
            shown = f"[{host}]" if ":" in host else host
            url = f"http://{shown}:{listener.getsockname()[1]}/"
            conceal_prints()
            code = serve(listener, settings.CLOCK_SECONDS, lambda: self.report_ready(url, gallery))
        self.stdout.write("Stopped.")
        self.stdout.flush()
        if code:
            # Threads of requests or tasks may hang: an ordinary exit would wait for them.
            sys.stderr.flush()
            os._exit(code)

    def prepare(self, migrate: bool, demo: bool) -> None:
        fault = find_database_fault()
        if fault:
            raise CommandError(fault)
        if migrate:
            try:
                call_command("migrate", interactive=False, verbosity=0)
            except (DatabaseError, InconsistentMigrationHistory, NodeNotFoundError) as error:
                raise CommandError(
                    f"The database could not be migrated: {first_line(error)}. "
                    "See docs/operations.md, 'A migration stopped half-way'."
                ) from None
        faults = find_faults()
        if faults:
            raise CommandError(" ".join(faults.values()))
        if demo:
            call_command("demo", stdout=self.stdout)

    def report_ready(self, url: str, gallery: bool) -> None:
        self.stdout.write(f"Statewright is ready at {url} (Ctrl-C stops it)")
        self.stdout.flush()
        if gallery:
            threading.Thread(target=self.install_gallery, name="gallery", daemon=True).start()

    def install_gallery(self) -> None:
        """Beside the server, so that nobody waits for it; what is installed already costs a moment."""
        try:
            call_command("gallery", "install", "--all", stdout=self.stdout, stderr=self.stderr)
        except CommandError as error:
            self.stderr.write(f"error: {error}")
        self.stdout.flush()
        connections.close_all()


def describe(error: Exception) -> str:
    text = error.strerror if isinstance(error, OSError) else None
    return (text or str(error)).lower()
