"""What fails within the fleet while all of its processes live: statements, commits, connections, clocks; and calls that
come many times at once, to both of its web servers."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from random import Random
from typing import Any

import httpx
import psycopg
import pytest

from tests.faults.clocks import put_wrong
from tests.faults.conftest import IS_WHOLE
from tests.faults.driver import Person, driven
from tests.faults.fleet import Fleet
from tests.faults.history import check_history
from tests.runtime.diagrams import catch, make_file, message, simple, user

Of = Callable[[int, int], int]
Call = tuple[str, dict[str, Any], dict[str, str]]

AT_ONCE = 16
ASKED = {"waiting.bpmn": make_file(simple("waiting", ("check", user("check"))))}
CALLED = {
    "called.bpmn": make_file(
        simple("called", ("wait", catch("wait", "message", "ring")), ("check", user("check"))),
        roots=message("ring", key="number"),
    )
}
TABLES = ("instance", "step", "token", "job", "timer", "workitem", "subscription", "outbox", "inboundevent")
# Two units that met, no memory, a statement that took too long; each an error that a healthy database gives.
FAIL = """
CREATE FUNCTION fail_at_times() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF random() < 0.02 THEN
    PERFORM nextval('failures');
    RAISE EXCEPTION 'it fails on purpose'
      USING ERRCODE = (ARRAY['40001', '40P01', '53200', '57014'])[1 + floor(random() * 4)];
  END IF;
  RETURN NULL;
END $$
"""
CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid() AND random() < 0.3"


def drop_triggers(connection: psycopg.Connection[Any]) -> None:
    """It locks several tables at once, and workers hold some of them: who meets them in the wrong order tries again."""
    for _ in range(100):
        try:
            connection.execute("DROP FUNCTION fail_at_times CASCADE")
        except psycopg.errors.DeadlockDetected:
            continue
        return
    raise AssertionError("The triggers could not be dropped.")


@contextmanager
def failing_statements(fleet: Fleet) -> Iterator[psycopg.Connection]:
    with psycopg.connect(fleet.postgres.url, autocommit=True) as connection:
        connection.execute("CREATE SEQUENCE failures")  # what a sequence has counted is not rolled back
        connection.execute(FAIL)
        for table in TABLES:
            when = f"AFTER INSERT OR UPDATE OR DELETE ON engine_{table} FOR EACH STATEMENT"
            connection.execute(f"CREATE TRIGGER fail_now {when} EXECUTE FUNCTION fail_at_times()")
        when = "AFTER INSERT ON engine_step DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
        connection.execute(f"CREATE CONSTRAINT TRIGGER fail_at_commit {when} EXECUTE FUNCTION fail_at_times()")
        try:
            yield connection
        finally:
            drop_triggers(connection)
            connection.execute("DROP SEQUENCE failures")


def test_statements_and_commits_that_fail_and_connections_that_are_cut_lose_nothing(
    fleet: Fleet, of: Of, chance: Random
) -> None:
    with driven(fleet, of(24, 500)) as driver, failing_statements(fleet) as connection:
        for _ in range(of(5, 60)):
            time.sleep(chance.uniform(0.1, 0.6))
            connection.execute(CUT, [connection.info.dbname])
        assert connection.execute("SELECT is_called FROM failures").fetchone() == (True,)
    assert set(driver.journal.statuses) <= {200, 201, 409, 503}


@pytest.mark.skipif(not IS_WHOLE, reason="tests/runtime/test_time.py has one process; `make faults` runs the fleet")
def test_workers_whose_clocks_jump_lose_nothing_and_do_nothing_twice(fleet: Fleet, chance: Random) -> None:
    first, second, *_ = fleet.workers
    put_wrong(fleet.folder, first, 8.0)
    put_wrong(fleet.folder, second, -8.0)
    with driven(fleet, 400):
        for _ in range(60):
            time.sleep(chance.uniform(0.1, 0.6))
            put_wrong(fleet.folder, chance.choice(fleet.workers), chance.choice([-8.0, -2.0, 0.0, 2.0, 8.0]))
        for name in fleet.workers:
            put_wrong(fleet.folder, name, 0.0)


@pytest.fixture
def admin(fleet: Fleet) -> Person:
    found = Person(fleet, "admin")
    found.sign_in()
    return found


def send_all(person: Person, calls: list[Call]) -> list[httpx.Response]:
    """At once, as nearly as two servers let them."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(lambda call: person.post(call[0], call[1], **call[2]), calls))


def start(admin: Person, process: str, **variables: str) -> int:
    return int(admin.post("instances/", {"process": process, "variables": variables}).json()["id"])


def test_a_call_that_comes_sixteen_times_at_once_to_two_servers_counts_once(
    fleet: Fleet, admin: Person, of: Of
) -> None:
    admin.deploy(ASKED | CALLED)
    for turn in range(of(2, 50)):
        body = {"process": "waiting", "variables": {}}
        started = send_all(admin, [("instances/", body, {"Idempotency-Key": f"sixteen-{turn}"})] * AT_ONCE)
        assert [answer.status_code for answer in started] == [201] * AT_ONCE
        (instance,) = {answer.json()["id"] for answer in started}

        completed = send_all(admin, [(f"tasks/{int(instance) << 24 | 1}/complete/", {}, {})] * AT_ONCE)
        assert Counter(answer.status_code for answer in completed) == {200: 1, 409: AT_ONCE - 1}

        called = start(admin, "called", number=f"n-{turn}")
        body = {"name": "ring", "correlation_key": f"n-{turn}", "message_id": f"sixteen-{turn}"}
        rung = send_all(admin, [("messages/", body, {})] * AT_ONCE)
        assert [(answer.status_code, answer.json()["instances"]) for answer in rung] == [(200, [str(called)])] * AT_ONCE

        other = start(admin, "waiting")
        both = [(f"tasks/{other << 24 | 1}/complete/", {}, {}), (f"instances/{other}/cancel/", {}, {})]
        ended = send_all(admin, both * (AT_ONCE // 2))
        assert Counter(answer.is_success for answer in ended) == {True: 1, False: AT_ONCE - 1}
        assert {answer.status_code for answer in ended if not answer.is_success} == {409}
    check_history(fleet.ask)
