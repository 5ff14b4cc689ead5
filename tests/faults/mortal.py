"""A server that is killed and started again over the same data, and the people who use it meanwhile."""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx

from tests.infrastructure.processes import Child

SECONDS = 30
DAYS_AGO = "2000-01-01 00:00:00"


class Mortal:
    """One process on SQLite. `crash` is `kill -9`: nothing of it gets to clean up."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "site.sqlite3"
        self.environment = {
            "DEBUG": "1",
            "DATA_DIR": str(folder),
            "DATABASE_URL": f"sqlite:///{self.database}",
            "BROKER_URL": "",
            "CHANNEL_URL": "",
            "LOG_LEVEL": "WARNING",
        }
        self.child: Child | None = None
        self.url = ""
        self.people: list[Person] = []

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.faults.server", "serve", "--port", "0", "--migrate", "--demo"]
        self.child = Child(command, self.environment)
        line = self.child.wait_for_line("ready at", 60)
        self.url = next(word for word in line.split() if word.startswith("http")).rstrip("/")

    def crash(self) -> None:
        assert self.child is not None
        self.child.kill()
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


class Person:
    """Somebody who signs in anew at each server, and whose requests may meet a dying one."""

    def __init__(self, mortal: Mortal, name: str) -> None:
        self.mortal, self.name = mortal, name
        self.signed_in_at = ""
        self.client = httpx.Client(timeout=SECONDS)
        mortal.people.append(self)

    def sign_in(self) -> None:
        if self.signed_in_at == self.mortal.url:
            return
        self.client.close()
        self.client = httpx.Client(base_url=self.mortal.url, timeout=SECONDS)
        self.client.get("/login/")
        form = {
            "username": self.name,
            "password": f"{self.name}-demo",
            "csrfmiddlewaretoken": self.client.cookies["csrftoken"],
        }
        answer = self.client.post("/login/", data=form)
        assert answer.status_code == 302, answer.text
        self.signed_in_at = self.mortal.url

    def get(self, address: str) -> Any:
        self.sign_in()
        answer = self.client.get(f"/api/v1/{address}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, address: str, body: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        self.sign_in()
        given = {"X-CSRFToken": self.client.cookies["csrftoken"], **headers}
        return self.client.post(f"/api/v1/{address}", json=body or {}, headers=given)

    def tasks(self) -> list[Any]:
        found: list[Any] = self.get("tasks/")["results"]
        return found


@contextmanager
def run_mortal(folder: Path) -> Iterator[Mortal]:
    mortal = Mortal(folder)
    mortal.start()
    try:
        yield mortal
    finally:
        for person in mortal.people:
            person.client.close()
        if mortal.child is not None:
            mortal.child.kill()


def wait_until(is_so: Callable[[], Any], what: str) -> Any:
    """The first true answer; a bound and no measurement."""
    end = time.monotonic() + SECONDS
    while not (answer := is_so()):
        assert time.monotonic() < end, f"{what} did not happen"
        time.sleep(0.05)
    return answer
