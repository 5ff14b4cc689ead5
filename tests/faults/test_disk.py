"""The disk is full, and then has room again: refused with a reason, nothing broken, and work goes on by itself."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager

from tests.faults.driver import Person, driven
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
