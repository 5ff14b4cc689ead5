"""The disk is full, and then has room again: refused with a reason, nothing broken, and work goes on by itself."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest

from tests.faults.driver import Person, driven
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
BODY = {"process": "waiting", "variables": {"filling": "x" * 20_000}}


@pytest.fixture
def small_disk() -> Iterator[Path]:
    folder = Path(mkdtemp(prefix="statewright-disk-"))
    try:
        if os.geteuid():
            pytest.skip("only root can mount a small disk")
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", folder], check=False).returncode:
            pytest.skip("a small disk cannot be mounted here")
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
