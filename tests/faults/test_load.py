"""Much at once, and for long: workers that wait, large values, more than there is room for, and a minute of everything.

What is measured is printed and never asserted; what is bounded is memory, never time."""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.faults.conftest import IS_WHOLE
from tests.faults.driver import Person, driven, wait_until
from tests.faults.history import check_history
from tests.faults.mortal import Mortal, run_mortal
from tests.runtime.diagrams import make_file, service, simple, user

pytestmark = pytest.mark.skipif(not IS_WHOLE, reason="load takes its time: `make faults` runs it")

MB = 1_000_000
WORKERS, JOBS = 50, 200
SOAK_SECONDS = 60
CALLERS = 64
WAITING = {"waiting.bpmn": make_file(simple("waiting", ("check", user("check"))))}
OUTSIDE = {"outside.bpmn": make_file(simple("outside", ("work", service("work", "outside"))))}
OF_PROCESS = (
    "SELECT count(*) FROM engine_instance i JOIN engine_processversion v ON v.id = i.version_id "
    "JOIN engine_process p ON p.id = v.process_id WHERE p.key = ?"
)
ENDED = f"{OF_PROCESS} AND i.status = 1"


@pytest.fixture
def open_door(tmp_path: Path) -> Iterator[Mortal]:
    """Without a bound on calls, and with a narrow one on what changes instances at once."""
    with run_mortal(tmp_path / "site", API_RATE="0", LIMIT_UNITS="4") as found:
        yield found


def memory(mortal: Mortal) -> float:
    """What the process has in memory, in MB."""
    assert mortal.child is not None
    pages = int(Path(f"/proc/{mortal.child.process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MB


def processor_seconds(mortal: Mortal) -> float:
    assert mortal.child is not None
    fields = Path(f"/proc/{mortal.child.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


class Outside:
    """A worker elsewhere that polls for ever; `handed` says who got which job, and when."""

    def __init__(self, client: httpx.AsyncClient, name: str, handed: list[tuple[str, str, float]]) -> None:
        self.client, self.name, self.handed = client, name, handed
        self.task = asyncio.create_task(self.poll())

    async def poll(self) -> None:
        order = {"worker": self.name, "types": ["outside"], "lock": 600, "wait": 30, "limit": 1}
        while True:
            answer = await self.client.post("jobs/fetch/", json=order)
            for job in answer.json()["jobs"]:
                self.handed.append((self.name, job["id"], time.monotonic()))
                done = await self.client.post(f"jobs/{job['id']}/complete/", json={"worker": self.name})
                assert done.status_code == 204, done.text

    async def die(self) -> None:
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task


def test_workers_that_wait_get_each_job_once_and_the_dead_hold_none(open_door: Mortal) -> None:
    Person(open_door, "admin").deploy(OUTSIDE)
    asyncio.run(hand_out(open_door))
    check_history(open_door.ask)


async def hand_out(site: Mortal) -> None:
    limits = httpx.Limits(max_connections=None)
    address, auth = f"{site.url}/api/v1/", ("admin", "admin-demo")
    async with httpx.AsyncClient(base_url=address, auth=auth, timeout=60, limits=limits) as client:
        handed: list[tuple[str, str, float]] = []
        workers = [Outside(client, f"worker-{number}", handed) for number in range(WORKERS)]
        await asyncio.sleep(3)
        began = processor_seconds(site)
        await asyncio.sleep(3)
        print(f"{WORKERS} workers wait with {(processor_seconds(site) - began) / 3:.1%} of a core")
        started: list[float] = []
        for number in range(JOBS):
            if number == JOBS // 2:
                await until(lambda: len(handed) == JOBS // 2)
                for worker in workers[::2]:
                    await worker.die()
            started.append(time.monotonic())
            answer = await client.post("instances/", json={"process": "outside"})
            assert answer.status_code == 201, answer.text
            await asyncio.sleep(0.01)
        await until(lambda: site.ask(ENDED, "outside") == [(JOBS,)])
        for worker in workers[1::2]:
            await worker.die()
    assert Counter(Counter(job for _, job, _ in handed).values()) == {1: JOBS}
    dead = {f"worker-{number}" for number in range(0, WORKERS, 2)}
    assert not dead & {name for name, *_ in handed[JOBS // 2 :]}
    waited = [at - since for (_, _, at), since in zip(sorted(handed, key=lambda one: one[2]), started, strict=True)]
    print(f"a job is handed out within {percentile(waited, 0.95):.3f} s (p95) of its start")


async def until(is_so: Any, seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not happen"
        await asyncio.sleep(0.05)


def test_large_variables_are_kept_or_refused_and_lists_do_not_read_them(mortal: Mortal) -> None:
    admin = Person(mortal, "admin")
    admin.deploy(WAITING)

    def start(**variables: Any) -> httpx.Response:
        return admin.post("instances/", {"process": "waiting", "variables": variables})

    for size in (1_000, 100_000, 900_000):
        answer = start(text="x" * size)
        assert (answer.status_code, len(answer.json()["variables"]["text"])) == (201, size)
    assert start(**{f"name_{number}": number for number in range(1_000)}).status_code == 201
    for size in (1_100_000, 4 * MB, 10 * MB, 20 * MB):
        assert start(text="x" * size).status_code == 413
    before = memory(mortal)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda number: start(text=str(number % 10) * 900_000), range(50)))
    assert {answer.status_code for answer in answers} == {201}
    listed = admin.client.get(f"{mortal.url}/api/v1/instances/?process=waiting&limit=200")
    assert len(listed.json()["results"]) == 3 + 1 + 50
    assert len(listed.content) < 100_000
    assert len(admin.tasks()) == 50  # a page of them
    print(f"50 instances with 0.9 MB each took {memory(mortal) - before:.0f} MB of memory")
    assert memory(mortal) - before <= 300
    # No look of the checker: it takes variables as they stand in rows, and these stand in files.
    for number, answer in enumerate(answers):
        kept = admin.get(f"instances/{answer.json()['id']}/")["variables"]["text"]
        assert kept == str(number % 10) * 900_000


def test_more_than_there_is_room_for_is_asked_to_come_again_and_nothing_of_it_is_lost(open_door: Mortal) -> None:
    admin = Person(open_door, "admin")
    admin.deploy(WAITING)
    end = time.monotonic() + 5.0

    def call(_: int) -> Counter[int]:
        statuses: Counter[int] = Counter()
        while time.monotonic() < end:
            answer = admin.post("instances/", {"process": "waiting"})
            statuses[answer.status_code] += 1
            assert answer.status_code == 201 or int(answer.headers["Retry-After"]) > 0
        return statuses

    with ThreadPoolExecutor(CALLERS) as pool:
        statuses = sum(pool.map(call, range(CALLERS)), Counter[int]())
    print(f"{CALLERS} callers: {dict(statuses)} in 5 s")
    assert set(statuses) <= {201, 429, 503}
    assert open_door.ask(OF_PROCESS, "waiting") == [(statuses[201],)]
    wait_until(lambda: admin.post("instances/", {"process": "waiting"}).status_code == 201, "room again")
    check_history(open_door.ask)


def test_a_minute_of_everything_leaves_nothing_but_history(mortal: Mortal) -> None:
    figures, end = [], time.monotonic() + SOAK_SECONDS
    while time.monotonic() < end:
        with driven(mortal, 60):
            pass
        figures.append(memory(mortal))
    print(f"memory after each 60 instances, in MB: {', '.join(f'{one:.0f}' for one in figures)}")
    assert figures[-1] - figures[0] <= 100
    living = "(SELECT id FROM engine_instance WHERE status IN (0, 5))"
    for table in ("token", "timer", "subscription", "job"):
        assert mortal.ask(f"SELECT count(*) FROM engine_{table} WHERE id >> 24 NOT IN {living}") == [(0,)]
    assert mortal.ask("SELECT count(*) FROM engine_delivery") == [(0,)]
