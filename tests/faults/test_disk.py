"""The disk is full, and then has room again: refused with a reason, nothing broken, and work goes on by itself."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

import httpx
import psycopg
import pytest

from tests.faults.conftest import IS_WHOLE
from tests.faults.driver import Person, driven, wait_until
from tests.faults.fleet import Fleet
from tests.faults.history import check_history
from tests.faults.mortal import Mortal
from tests.runtime.diagrams import make_file, simple, user

ASKED = {"waiting.bpmn": make_file(simple("waiting", ("check", user("check"))))}
ENDLESS = resource.RLIM_INFINITY


@contextmanager
def no_room(mortal: Mortal) -> Iterator[None]:
    """No file of the server can grow: the system refuses to write, as it does on a full disk."""
    assert mortal.child is not None
    process = mortal.child.process.pid
    resource.prlimit(process, resource.RLIMIT_FSIZE, (0, ENDLESS))
    try:
        yield
    finally:
        resource.prlimit(process, resource.RLIMIT_FSIZE, (ENDLESS, ENDLESS))


def test_a_full_disk_is_said_and_survived(mortal: Mortal) -> None:
    admin = Person(mortal, "admin")
    admin.deploy(ASKED)
    body = {"process": "waiting", "variables": {}}
    assert admin.post("instances/", body).status_code == 201
    before = mortal.ask("SELECT count(*) FROM engine_instance")
    with driven(mortal, 10):
        with no_room(mortal):
            refused = admin.post("instances/", body)
            assert (refused.status_code, refused.json()["code"]) == (503, "database-away"), refused.text
            assert len(admin.get("instances/?process=waiting")["results"]) == 1
        assert admin.post("instances/", body).status_code == 201
    assert mortal.ask("SELECT count(*) FROM engine_instance") == [(before[0][0] + 1 + 10,)]
    assert mortal.ask("PRAGMA integrity_check") == [("ok",)]
    check_history(mortal.ask)


TABLES = ("engine_instance", "engine_step", "engine_token")
SMALL = "small"
MB = 1 << 20
BODY = {"process": "waiting", "variables": {"filling": "x" * 20_000}}


@contextmanager
def mounted(size: int) -> Iterator[Path]:
    """A disk of so many bytes."""
    folder = Path(mkdtemp(prefix="statewright-disk-"))
    try:
        if os.geteuid():
            pytest.skip("only root can mount a small disk")
        if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder], check=False).returncode:
            pytest.skip("a small disk cannot be mounted here")
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def small_disk() -> Iterator[Path]:
    with mounted(16 * MB) as folder:
        yield folder


@contextmanager
def tables_on(fleet: Fleet, disk: Path) -> Iterator[None]:
    """What every step writes lies on that disk, and at the end where it was."""
    place = disk / "tables"
    place.mkdir()
    shutil.chown(place, fleet.postgres.server.system_user or os.geteuid())
    with psycopg.connect(fleet.postgres.url, autocommit=True) as connection:
        connection.execute(f"CREATE TABLESPACE {SMALL} LOCATION '{place}'")
        for table in TABLES:
            connection.execute(f"ALTER TABLE {table} SET TABLESPACE {SMALL}")
        try:
            yield
        finally:
            for table in TABLES:
                connection.execute(f"ALTER TABLE {table} SET TABLESPACE pg_default")
            connection.execute(f"DROP TABLESPACE {SMALL}")


def test_a_full_disk_of_the_database_server_is_said_and_survived(fleet: Fleet, small_disk: Path) -> None:
    admin = Person(fleet, "admin")
    admin.deploy(ASKED)
    listed = "SELECT count(*) FROM engine_instance i WHERE i.variables LIKE '%filling%'"
    filler, started = small_disk / "filler", 0
    with tables_on(fleet, small_disk):
        with driven(fleet, 20):
            filler.write_bytes(b"x" * (shutil.disk_usage(small_disk).free - 200_000))
            while (answer := admin.post("instances/", BODY)).status_code == 201:
                started += 1
                assert started < 500, "the disk is never full"
            assert (answer.status_code, answer.json()["code"]) == (503, "database-away"), answer.text
            assert fleet.ask(listed) == [(started,)]
            assert admin.get("instances/?process=waiting")["results"]
            filler.unlink()
            assert admin.post("instances/", BODY).status_code == 201
        assert fleet.ask(listed) == [(started + 1,)]
        check_history(fleet.ask)


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def give_to(user: str | int, folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        shutil.chown(path, user)


@contextmanager
def log_on_a_small_disk(fleet: Fleet) -> Iterator[Path]:
    """What PostgreSQL writes before all else lies on a disk of its own; at the end where it was."""
    server = fleet.postgres.server
    home, owner = Path(server.pgdata) / "pg_wal", server.system_user or os.geteuid()
    fleet.postgres.stop_at_once()
    with mounted(size_of(home) + 80 * MB) as disk:
        shutil.copytree(home, disk / "log")
        give_to(owner, disk)
        home.rename(home.with_name("log_before"))
        home.symlink_to(disk / "log")
        fleet.postgres.start()
        try:
            yield disk
        finally:
            with suppress(subprocess.CalledProcessError):  # it may have stopped itself
                fleet.postgres.stop_at_once()
            home.unlink()
            shutil.copytree(disk / "log", home)
            give_to(owner, home)
            shutil.rmtree(home.with_name("log_before"))
            fleet.postgres.start()


@pytest.mark.skipif(not IS_WHOLE, reason="moves the log of a whole cluster: `make faults` runs it")
@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_full_disk_of_the_database_s_log_is_said_and_survived(fleet: Fleet) -> None:
    """PostgreSQL stops itself then: there is nothing that it could promise."""
    admin = Person(fleet, "admin")
    admin.deploy(ASKED)
    admin.post("instances/", BODY)
    with log_on_a_small_disk(fleet) as disk, driven(fleet, 40) as driver:
        filler = disk / "filler"
        with suppress(psycopg.OperationalError), psycopg.connect(fleet.postgres.url, autocommit=True) as connection:
            connection.execute("CREATE TABLE junk (text text)")
            while True:
                with filler.open("ab") as file:  # what it frees is taken again
                    file.write(b"x" * shutil.disk_usage(disk).free)
                connection.execute(
                    "INSERT INTO junk SELECT repeat(md5(random()::text), 100) FROM generate_series(1, 2000)"
                )
        refused = wait_until(lambda: answer_of(admin, 503), "a refusal")
        assert refused.json()["code"] == "database-away", refused.text
        filler.unlink()
        # Again and again: it may still be on its way down.
        wait_until(lambda: fleet.postgres.start() or answer_of(admin, 201), "a start once there is room")
    assert set(driver.journal.statuses) <= {200, 201, 409, 503}
    with psycopg.connect(fleet.postgres.url, autocommit=True) as connection:
        connection.execute("DROP TABLE junk")
    check_history(fleet.ask)


def answer_of(person: Person, status: int) -> httpx.Response | None:
    """That of one try, where it has the status; a server may take its time to find the database away."""
    try:
        answer = person.post("instances/", {"process": "waiting"})
    except httpx.TimeoutException:
        return None
    assert answer.status_code in (201, 503), answer.text
    return answer if answer.status_code == status else None
