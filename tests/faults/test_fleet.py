"""Several processes on PostgreSQL and Redis, and what becomes of the work when some of them die under it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

from engine.worker.queues import CLOCK_QUEUES
from engine.worker.running import CALL_SECONDS
from tests.faults.driver import Person, driven, wait_until
from tests.faults.fleet import WORKERS, Fleet
from tests.faults.history import check_history
from tests.runtime.diagrams import catch, make_file, service, simple

Of = Callable[[int, int], int]

MANY = 1_000
OF_PROCESS = (
    "FROM engine_instance i JOIN engine_processversion v ON v.id = i.version_id "
    "JOIN engine_process p ON p.id = v.process_id WHERE p.key = %s AND i.status = 1"
)
ENDED = f"SELECT count(*) {OF_PROCESS}"
FIRST_END = f"SELECT min(i.ended_at) {OF_PROCESS}"


def test_processes_that_are_killed_one_after_the_other_lose_nothing(fleet: Fleet, of: Of, chance: Random) -> None:
    with driven(fleet, of(60, 500)):
        for turn in range(of(4, 15)):
            name = chance.choice(fleet.names)
            time.sleep(chance.uniform(0.2, 1.5))
            end = fleet.stop if turn % 4 == 3 else fleet.kill
            end(name)
            time.sleep(chance.uniform(0.0, 1.0))
            fleet.start([name])


def test_a_database_that_is_stopped_at_once_is_waited_for(fleet: Fleet, of: Of, chance: Random) -> None:
    with driven(fleet, of(60, 400)) as driver:
        for _ in range(of(2, 4)):
            time.sleep(chance.uniform(0.3, 1.5))
            fleet.postgres.stop_at_once()
            time.sleep(chance.uniform(0.0, 2.0))
            fleet.postgres.start()
    assert set(driver.journal.statuses) <= {200, 201, 409, 503}


def test_a_broker_that_forgets_everything_or_is_away_loses_nothing(fleet: Fleet, of: Of, chance: Random) -> None:
    with driven(fleet, of(60, 400)):
        for _ in range(of(1, 3)):
            time.sleep(chance.uniform(0.3, 1.0))
            fleet.redis.forget_everything()
            time.sleep(chance.uniform(0.3, 1.0))
            fleet.redis.kill()
            time.sleep(chance.uniform(0.0, of(2, 30)))
            fleet.redis.start()


def test_a_thousand_jobs_that_are_due_at_once_are_ten_messages_at_most(fleet: Fleet) -> None:
    admin = Person(fleet, "admin")
    admin.deploy({"many.bpmn": make_file(simple("many", ("work", service("work", "nothing"))))})
    began = time.monotonic()
    with fleet.redis.counting() as sent:
        start_many(fleet, "many", MANY)
        wait_for_ends(fleet, "many", MANY)
    # A worker that is full calls another, once a second: where the machine is slow, the calls add up.
    most = max(MANY / 100, (time.monotonic() - began) * WORKERS / CALL_SECONDS)
    assert sent["jobs"]
    assert sum(count for queue, count in sent.items() if queue not in CLOCK_QUEUES) <= most, sent
    check_history(fleet.ask)


def test_timers_that_are_due_at_one_instant_all_fire_and_none_of_them_early(fleet: Fleet, of: Of) -> None:
    count = of(1_000, 10_000)
    Person(fleet, "admin").deploy({"at.bpmn": make_file(simple("at", ("wait", catch("wait", "date", "=at"))))})
    due = datetime.now(UTC) + timedelta(seconds=of(10, 40))
    start_many(fleet, "at", count, at=due.isoformat())
    wait_for_ends(fleet, "at", count)
    assert fleet.ask(FIRST_END, "at")[0][0] >= due
    check_history(fleet.ask)


def start_many(fleet: Fleet, process: str, count: int, **variables: str) -> None:
    start = f"[i.start_many({process!r}, None, [i.Start({variables})] * 1_000) for _ in range({count // 1_000})]"
    fleet.run_command("shell", "--no-imports", "-c", f"from engine.service import instances as i; {start}")


def wait_for_ends(fleet: Fleet, process: str, count: int) -> None:
    wait_until(lambda: fleet.ask(ENDED, process) == [(count,)], lambda: f"all ends: {fleet.ask(ENDED, process)}")
