"""The fleet with RabbitMQ between its processes: what becomes of the work when the broker dies, or was never there."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from random import Random

import pytest
from kombu import Connection

from engine.worker.queues import QUEUES
from tests.faults.brokers import Rabbit, find_rabbit
from tests.faults.conftest import IS_WHOLE
from tests.faults.driver import driven, wait_until
from tests.faults.fleet import Fleet, run_fleet
from tests.infrastructure.processes import Child, find_free_port

pytestmark = [
    pytest.mark.skipif(not IS_WHOLE, reason="a second fleet takes a minute to start: `make faults` runs it"),
    pytest.mark.skipif(find_rabbit() is None, reason="rabbitmq-server is not installed"),
]

SECONDS = 90

Of = Callable[[int, int], int]


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with run_fleet(has_rabbit=True) as found:
        yield found


@pytest.fixture
def rabbit(fleet: Fleet) -> Rabbit:
    assert fleet.rabbit is not None
    return fleet.rabbit


def count_messages(rabbit: Rabbit) -> dict[str, int]:
    """How many wait in each queue, without those that a worker has."""
    with Connection(rabbit.url) as connection, connection.channel() as channel:
        return {name: channel.queue_declare(name, passive=True).message_count for name in QUEUES}


def test_a_fleet_on_rabbit_does_its_work_and_leaves_no_message_behind(fleet: Fleet, rabbit: Rabbit) -> None:
    with driven(fleet, 60):
        pass
    # The clocks go on sending: a queue is worked off when all of it was gone at some time.
    wait_until(lambda: not any(count_messages(rabbit).values()), lambda: f"{count_messages(rabbit)}", SECONDS)


def test_processes_that_are_killed_one_after_the_other_lose_nothing(fleet: Fleet, chance: Random) -> None:
    with driven(fleet, 200):
        for _ in range(8):
            name = chance.choice(fleet.names)
            time.sleep(chance.uniform(0.2, 1.5))
            fleet.kill(name)
            fleet.start([name])


def test_a_broker_that_is_killed_and_comes_back_loses_nothing(fleet: Fleet, rabbit: Rabbit, chance: Random) -> None:
    with driven(fleet, 200) as driver:
        for _ in range(3):
            time.sleep(chance.uniform(0.3, 1.5))
            rabbit.kill()
            time.sleep(chance.uniform(0.0, 5.0))
            rabbit.start()
    assert set(driver.journal.statuses) <= {200, 201, 409}, "a broker that is away is nothing to the caller"


def test_messages_for_workers_that_are_away_do_not_pile_up(fleet: Fleet, rabbit: Rabbit) -> None:
    for name in fleet.workers:
        fleet.kill(name)
    with Connection(rabbit.url) as connection, connection.Producer() as producer:
        for _ in range(500):
            producer.publish({}, exchange="sweep", routing_key="sweep")
        # The broker has counted when it answers the next question on the same channel.
        assert producer.channel.queue_declare("sweep", passive=True).message_count <= 100
    fleet.start(fleet.workers)
    with driven(fleet, 20):
        pass


@pytest.mark.parametrize("name", ["web0", "worker0", "clock0"])
def test_a_broker_that_is_absent_at_the_start_is_one_line_and_a_code(fleet: Fleet, name: str) -> None:
    nowhere = f"amqp://guest:hidden@127.0.0.1:{find_free_port()}//"
    child = Child(fleet.command(name)[0], fleet.environment | {"BROKER_URL": nowhere})
    assert child.wait(SECONDS) != 0
    said = [line for line in child.output.splitlines() if "broker of BROKER_URL cannot be reached" in line]
    assert len(said) == 1, child.output
    assert "Traceback" not in child.output
    assert "hidden" not in child.output
