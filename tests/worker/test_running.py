"""Jobs in the threads of a worker: side by side, given up in time, resting after failures."""

import asyncio
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from engine.models import Breaker, Incident, Instance, Job
from engine.service import breakers, instances, jobs
from engine.service.jobs import LeasedJob
from engine.worker import handlers, pool, running
from engine.worker import wake as waking
from engine.worker.failures import PermanentError, TransientError
from engine.worker.flags import PausingFlags
from engine.worker.running import Runner
from tests.faults.driver import wait_until
from tests.runtime.conftest import Deploy
from tests.runtime.diagrams import service, simple

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("registry")]


@pytest.fixture
def pays(deployed: Deploy) -> None:
    deployed(simple("pays", ("pay", service("pay", "charge"))))


def start(count: int = 1) -> list[int]:
    starts = [instances.Start({"amount": number}) for number in range(count)]
    return [one for one in instances.start_many("pays", None, starts) if isinstance(one, int)]


def make_all_due() -> None:
    Job.objects.exclude(available_at=None).update(available_at=datetime(2020, 1, 1, tzinfo=UTC))


def statuses() -> set[int]:
    return set(Instance.objects.values_list("status", flat=True))


def test_handlers_run_side_by_side_and_their_results_come_back(pays: None) -> None:
    together = threading.Barrier(3)

    @handlers.handler("charge")
    def charge(job: LeasedJob) -> dict[str, int]:
        together.wait(20)
        connection.close()
        return {"paid": job.variables["amount"]}

    start(3)
    runner = Runner(3)
    assert runner.take() == 3
    assert runner.wait(20)
    assert statuses() == {Instance.Status.COMPLETED}
    assert all(row.variables["paid"] == row.variables["amount"] for row in Instance.objects.all())


def test_no_more_is_taken_than_there_is_room_for(pays: None) -> None:
    let_go = threading.Event()
    handlers.handler("charge")(lambda job: let_go.wait(20) and None)
    start(5)
    runner = Runner(2)
    assert [runner.take(), runner.take()] == [2, 0]
    assert Job.objects.filter(owner=None).count() == 3
    let_go.set()
    assert runner.wait(20)


def test_one_that_was_woken_goes_on_until_nothing_is_left(pays: None, monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[str] = []
    monkeypatch.setattr(waking, "send", woken.append)
    monkeypatch.setattr(waking, "flags", PausingFlags)  # they let each message through
    handlers.handler("charge")(lambda job: {})
    start(30)
    woken.clear()
    runner = Runner(4)
    assert runner.take() == 4
    assert runner.wait(60)
    assert statuses() == {Instance.Status.COMPLETED}
    assert len(woken) < 5, "its own results call nobody; at most once a second another process"


def test_one_that_is_told_to_end_takes_nothing_more(pays: None) -> None:
    let_go = threading.Event()
    handlers.handler("charge")(lambda job: let_go.wait(20) and None)
    start(5)
    runner = Runner(2)
    assert runner.take() == 2
    assert not runner.end(0.0)
    let_go.set()
    assert runner.end(20)
    assert (runner.take(), Job.objects.filter(owner=None).count()) == (0, 3)


def test_a_type_with_a_limit_leaves_room_for_others(deployed: Deploy) -> None:
    deployed(simple("slow", ("a", service("a", "slow"))), simple("quick", ("b", service("b", "quick"))))
    let_go = threading.Event()
    handlers.handler("slow", limit=1)(lambda job: let_go.wait(20) and None)
    handlers.handler("quick")(lambda job: None)
    instances.start_many("slow", None, [instances.Start({})] * 4)
    instances.start_many("quick", None, [instances.Start({})] * 2)
    runner = Runner(4)
    assert runner.take() == 3
    assert Job.objects.filter(type="slow", owner=None).count() == 3
    let_go.set()
    assert runner.wait(20)


def test_a_type_whose_jobs_take_long_leaves_the_places_to_others(
    deployed: Deploy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "ASIDE_SECONDS", 0.0)
    deployed(simple("slow", ("a", service("a", "slow"))), simple("quick", ("b", service("b", "quick"))))
    let_go = threading.Event()
    handlers.handler("slow")(lambda job: let_go.wait(60) and None)
    handlers.handler("quick")(lambda job: None)
    instances.start_many("slow", None, [instances.Start({})] * 9)
    runner = Runner(4)
    assert runner.take() == 4
    wait_until(lambda: runner.pool.free() == 4, "that they stand aside")
    instances.start_many("quick", None, [instances.Start({})] * 2)
    assert runner.take() == 2, "no more of the slow ones, and all of the quick ones"
    wait_until(lambda: Instance.objects.filter(status=Instance.Status.COMPLETED).count() == 2, "the quick ones")
    assert Job.objects.filter(type="slow", owner=None).count() == 5
    let_go.set()
    wait_until(lambda: runner.take() == 0 and statuses() == {Instance.Status.COMPLETED}, "all of the slow ones")
    assert runner.wait(20)


def test_a_handler_that_hangs_is_a_failed_attempt(pays: None) -> None:
    let_go = threading.Event()
    handlers.handler("charge", timeout=0.05)(lambda job: let_go.wait(20) and None)
    start()
    runner = Runner(1)
    assert runner.take() == 1
    assert runner.wait(20)
    let_go.set()
    job = Job.objects.get()
    assert (job.retries, job.owner) == (2, None)
    assert "did not end" in job.failures[0]["message"]


def test_the_lease_of_a_job_that_runs_is_extended(pays: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "EXTEND_SECONDS", 0.05)
    monkeypatch.setattr(running, "LEASE_SECONDS", 3600.0)
    extended = threading.Event()
    original = jobs.extend_many

    def extend_many(*arguments: object, **options: object) -> set[int]:
        kept = original(*arguments, **options)  # type: ignore[arg-type]
        if kept:
            extended.set()
        return kept

    monkeypatch.setattr(jobs, "extend_many", extend_many)
    handlers.handler("charge")(lambda job: extended.wait(20) and None)
    start()
    runner = Runner(1)
    runner.take()
    assert runner.wait(20)
    assert extended.is_set()


def test_what_fails_again_and_again_rests_and_loses_no_attempts(pays: None) -> None:
    is_broken = [True]

    @handlers.handler("charge", retry="PT0S")
    def charge(job: LeasedJob) -> None:
        if is_broken[0]:
            raise ConnectionError("refused")

    start(8)
    assert running.run_jobs(5) == 5
    breaker = Breaker.objects.get()
    assert (breaker.type, breaker.openings) == ("charge", 1)
    assert running.run_jobs() == 0
    assert Job.objects.filter(retries=3).count() == 3
    Breaker.objects.update(open_until=datetime.now(UTC) - timedelta(seconds=1))
    assert running.run_jobs() == 1
    assert Breaker.objects.get().openings == 2
    is_broken[0] = False
    Breaker.objects.update(open_until=datetime.now(UTC) - timedelta(seconds=1))
    assert running.run_jobs() == 1
    assert not Breaker.objects.exists()
    make_all_due()
    assert running.run_jobs() == 7
    assert statuses() == {Instance.Status.COMPLETED}


def test_what_can_never_work_says_nothing_about_its_service(pays: None) -> None:
    @handlers.handler("charge")
    def charge(job: LeasedJob) -> None:
        raise PermanentError("no such card")

    start(6)
    running.run_jobs()
    assert Incident.objects.count() == 6
    assert not Breaker.objects.exists()


def test_a_breaker_can_be_reset(pays: None) -> None:
    handlers.handler("charge")(lambda job: 1 / 0)  # type: ignore[arg-type,return-value]
    start(6)
    running.run_jobs()
    assert running.run_jobs() == 0
    breakers.reset("charge", None)
    make_all_due()
    assert running.run_jobs() > 0


@dataclass
class Charge:
    amount: int
    card: str | None = None


def test_typed_input_is_read_from_the_variables(pays: None) -> None:
    seen: list[Charge] = []
    handlers.handler("charge", input=Charge)(lambda job, charge: seen.append(charge))
    start()
    running.run_jobs()
    assert seen == [Charge(0, None)]


def test_variables_that_do_not_fit_are_an_incident_at_once(pays: None) -> None:
    handlers.handler("charge", input=Charge)(lambda job, charge: None)
    instances.start("pays", None, variables={"amount": "much", "card": 5})
    running.run_jobs()
    message = Incident.objects.get().message
    assert "“amount” is a text, not int" in message
    assert "“card” is a number" in message


def test_input_that_no_variable_can_be_is_refused_when_it_is_registered() -> None:
    @dataclass
    class When:
        at: datetime

    with pytest.raises(TypeError, match="nothing that a variable can be"):
        handlers.handler("charge", input=When)(lambda job, when: None)
    with pytest.raises(ValueError, match="no retry"):
        handlers.handler("charge", retry="often")(lambda job: None)


def test_an_asynchronous_handler_is_stopped_when_its_time_is_over(pays: None) -> None:
    stopped = threading.Event()

    @handlers.handler("charge", timeout=0.05)
    async def charge(job: LeasedJob) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            stopped.set()

    start()
    assert running.run_jobs() == 1
    assert stopped.is_set()
    failure = Job.objects.get().failures[0]
    assert (failure["class"], "did not end" in failure["message"]) == ("transient", True)


@pytest.mark.parametrize(
    ("error", "kind", "left"),
    [
        (TransientError("busy", 7), "transient", 2),
        (ConnectionError("refused"), "transient", 2),
        (KeyError("amount"), "unknown", 2),
        (PermanentError("closed account"), "permanent", 0),
    ],
)
def test_failures_have_classes(pays: None, error: Exception, kind: str, left: int) -> None:
    @handlers.handler("charge")
    def charge(job: LeasedJob) -> None:
        raise error

    start()
    running.run_jobs()
    job = Job.objects.get()
    assert (job.failures[0]["class"], job.retries) == (kind, left)
    assert Incident.objects.exists() == (left == 0)


def test_what_a_receiver_asks_for_goes_before_every_other_pause(pays: None) -> None:
    @handlers.handler("charge", retry="PT1H")
    def charge(job: LeasedJob) -> None:
        raise TransientError("busy", 0)

    start()
    assert running.run_jobs() == 1
    assert running.run_jobs() == 1


def test_a_job_that_costs_three_workers_their_life_is_an_incident(pays: None) -> None:
    start()
    for _ in range(3):
        assert len(jobs.lease(["charge"], "doomed", seconds=-1)) == 1
    assert jobs.lease(["charge"], "fourth", seconds=60) == []
    assert "three times" in Incident.objects.get().message
    assert Job.objects.get().available_at is None
