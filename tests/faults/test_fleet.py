"""Several processes on PostgreSQL and Redis, and what becomes of the work when some of them die under it."""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random

from tests.faults.driver import driven
from tests.faults.fleet import Fleet

Of = Callable[[int, int], int]


def test_processes_that_are_killed_one_after_the_other_lose_nothing(fleet: Fleet, of: Of, chance: Random) -> None:
    with driven(fleet, of(60, 500)):
        for _ in range(of(4, 15)):
            name = chance.choice(fleet.names)
            time.sleep(chance.uniform(0.2, 1.5))
            fleet.kill(name)
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
