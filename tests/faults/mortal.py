"""One process on SQLite that is killed and started again over the same data."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from tests.faults.handlers import SECRET
from tests.infrastructure.processes import Child, find_free_port
from tests.infrastructure.receiver import Receiver, run_receiver
from tests.infrastructure.sites import copy_furnished, in_one_process

SECONDS = 30
READY_SECONDS = 180
DAYS_AGO = "2000-01-01 00:00:00"


class Mortal:
    """`crash` is `kill -9`: nothing of it gets to clean up. It comes back at the same address."""

    def __init__(self, folder: Path, receiver: Receiver) -> None:
        self.folder, self.receiver = folder, receiver
        self.database = folder / "site.sqlite3"
        self.environment = in_one_process(folder) | {
            "LOG_FORMAT": "json",
            "API_RATE": "0",  # the driver is as quick as the machine lets it be
            "OUTGOING_NETWORKS": "127.0.0.0/8",
            "CONNECTOR_SECRET_TOLD": SECRET,
        }
        self.port = find_free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.child: Child | None = None
        self.started: list[Child] = []  # the dead ones, too: they have logged
        self.people: list[Any] = []
        self.heard_after = 0.0

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.faults.server", "serve", "--port", str(self.port)]
        self.child = Child(command, self.environment)
        self.started.append(self.child)
        self.child.wait_for_line("ready at", READY_SECONDS)

    def crash(self) -> None:
        assert self.child is not None
        self.child.kill()
        self.child = None

    def stop(self) -> None:
        """SIGTERM: what is at hand is done, and the exit is clean."""
        assert self.child is not None
        assert self.child.stop() == 0, self.child.output
        self.child = None

    def restart(self) -> None:
        self.crash()
        self.start()

    def change(self, statement: str, *values: object) -> int:
        """Move time, or look, behind the server's back."""
        with closing(sqlite3.connect(self.database, timeout=SECONDS)) as connection, connection:
            return connection.execute(statement, values).rowcount

    def ask(self, question: str, *values: object) -> list[Any]:
        with closing(sqlite3.connect(self.database, timeout=SECONDS)) as connection:
            return connection.execute(question, values).fetchall()


@contextmanager
def run_mortal(folder: Path, **changes: str) -> Iterator[Mortal]:
    """A running one with the demo, with these changes of its environment."""
    copy_furnished(folder)
    with run_receiver() as receiver:
        mortal = Mortal(folder, receiver)
        mortal.environment |= changes
        mortal.start()
        try:
            yield mortal
        finally:
            for person in mortal.people:
                person.client.close()
            if mortal.child is not None:
                mortal.child.kill()
