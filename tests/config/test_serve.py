"""The one-process start: up, refused with one line, and stopped."""

import http.client
import json
import os
import shutil
import signal
import socket
import sqlite3
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.infrastructure.processes import Child, find_free_port, manage


def environment_in(folder: Path, **changes: str) -> dict[str, str]:
    return {
        "DEBUG": "1",
        "DATA_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/flow.sqlite3",
        "BROKER_URL": "",
        "CHANNEL_URL": "",
        **changes,
    }


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as `serve --migrate` leaves it, to be copied: that is quicker than the migrations."""
    folder = tmp_path_factory.mktemp("migrated")
    child = manage("migrate", "--verbosity", "0", environment=environment_in(folder))
    assert child.wait(60) == 0, child.output
    return folder / "flow.sqlite3"


@contextmanager
def serving(folder: Path, migrated: Path) -> Iterator[Child]:
    shutil.copy(migrated, folder)
    child = manage("serve", "--port", "0", environment=environment_in(folder))
    try:
        child.wait_for_line("ready at")
        yield child
    finally:
        if child.process.poll() is None:
            child.kill()


@pytest.fixture
def server(tmp_path: Path, migrated: Path) -> Iterator[Child]:
    with serving(tmp_path, migrated) as child:
        yield child


@pytest.fixture(scope="module")
def asked_server(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Child]:
    """For tests that only ask it."""
    with serving(tmp_path_factory.mktemp("asked"), migrated) as child:
        yield child


def url_of(server: Child) -> str:
    return next(word for word in server.wait_for_line("ready at").split() if word.startswith("http"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_stops_the_server_with_code_0(server: Child, number: signal.Signals) -> None:
    assert server.stop(number) == 0, server.output
    assert server.lines[-1] == "Stopped."
    assert "Traceback" not in server.output


def test_ctrl_c_that_arrives_twice_at_once_counts_as_one(server: Child) -> None:
    server.send(signal.SIGINT)
    server.send(signal.SIGINT)
    assert server.wait() == 0, server.output


def test_health_is_answered_on_any_host_name(asked_server: Child) -> None:
    port = int(url_of(asked_server).rstrip("/").rsplit(":", 1)[1])
    connection = http.client.HTTPConnection("127.0.0.1", port)
    for path in ("/healthz", "/readyz"):
        connection.request("GET", path, headers={"Host": "10.1.2.3:8000"})
        response = connection.getresponse()
        assert (response.status, json.load(response)) == (200, {"status": "ok", "faults": []})
    connection.close()


def test_static_files_are_served_without_a_collecting_step(asked_server: Child) -> None:
    with urllib.request.urlopen(f"{url_of(asked_server)}static/admin/css/base.css") as response:
        assert response.headers["Content-Type"].startswith("text/css")
        assert b"body" in response.read()


def test_sign_in_page_is_served(asked_server: Child) -> None:
    with urllib.request.urlopen(f"{url_of(asked_server)}login/") as response:
        assert b'name="password"' in response.read()


def test_busy_port_ends_with_one_line_and_code_2(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = str(holder.getsockname()[1])
        child = manage("serve", "--port", port, "--migrate", environment=environment_in(tmp_path))
        assert child.wait() == 2
    assert len(child.lines) == 1
    assert f"port {port}: address already in use" in child.output
    assert not (tmp_path / "flow.sqlite3").exists(), "nothing is migrated for a server that cannot start"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"DATABASE_URL": "mysql://db/flow"}, "DATABASE_URL='mysql://db/flow' is not understood"),
        ({"DATABASE_URL": "sqlite:////nowhere/at/all/flow.sqlite3"}, "unable to open database file"),
        ({"BROKER_URL": "redis://127.0.0.1:{free}/0"}, "The broker of BROKER_URL cannot be reached"),
        ({"CHANNEL_URL": "redis://127.0.0.1:{free}/0"}, "The Redis of CHANNEL_URL cannot be reached"),
        (
            {"DATABASE_URL": "postgresql://flow:secret@127.0.0.1:{free}/flow"},
            "The database of DATABASE_URL cannot be reached",
        ),
    ],
    ids=["unknown database", "no folder", "no broker", "no channels", "no database server"],
)
def test_what_is_missing_ends_the_start_with_one_line(tmp_path: Path, changes: dict[str, str], told: str) -> None:
    free = str(find_free_port())
    changes = {name: value.replace("{free}", free) for name, value in changes.items()}
    child = manage("serve", "--port", "0", "--migrate", environment=environment_in(tmp_path, **changes))
    assert child.wait(30) not in {0, None}
    assert len(child.lines) == 1, child.output
    assert told in child.output
    assert "secret" not in child.output


def test_missing_migrations_are_told_and_not_made(tmp_path: Path) -> None:
    child = manage("serve", "--port", "0", environment=environment_in(tmp_path))
    assert child.wait() == 1
    assert len(child.lines) == 1
    assert "run `python manage.py migrate`" in child.output


def test_half_applied_migration_is_one_line(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "flow.sqlite3") as connection:
        connection.execute("CREATE TABLE django_content_type (id integer)")
    connection.close()
    child = manage("serve", "--port", "0", "--migrate", environment=environment_in(tmp_path))
    assert child.wait() == 1
    assert len(child.lines) == 1, child.output
    assert 'could not be migrated: table "django_content_type" already exists' in child.output


def test_demo_is_refused_when_debug_is_off(tmp_path: Path) -> None:
    child = manage("serve", "--port", "0", "--migrate", "--demo", environment=environment_in(tmp_path, DEBUG="0"))
    assert child.wait() == 1
    assert child.lines == ["CommandError: The demo has known passwords: it is loaded only with DEBUG=1."]


def test_killed_server_leaves_a_database_that_serves_again(tmp_path: Path, server: Child) -> None:
    os.killpg(server.process.pid, signal.SIGKILL)
    server.wait()
    again = manage("serve", "--port", "0", environment=environment_in(tmp_path))
    try:
        again.wait_for_line("ready at")
    finally:
        assert again.stop() == 0
