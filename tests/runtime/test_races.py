"""Two units at once on one instance: the loser finds what the winner has left, and nothing happens twice."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from django.db import connection

from engine.models import Incident, Instance, Job, Step, WorkItem
from engine.service import instances, items, jobs, remembered, work
from engine.service.errors import Conflict
from engine.store import open_store
from tests.faults.history import ask_django, check_history
from tests.runtime.conftest import Deploy
from tests.runtime.diagrams import call, catch, end, line, make_process, message, service, simple, start, user
from tests.runtime.meeting import refusals, run_together

pytestmark = pytest.mark.django_db(transaction=True)

COMPLETED = Instance.Status.COMPLETED
CANCELLED = Instance.Status.CANCELLED


@pytest.fixture(autouse=True)
def whole(transactional_db: None) -> Iterator[None]:
    """Whatever met: what is stored is what history leads to."""
    yield
    check_history(ask_django)


@pytest.fixture
def meet(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first two units that want to write wait for each other there: both have read the same by then.

    On SQLite the second one cannot even read, and the first goes on after a moment."""
    store = type(open_store())
    original = store.write
    barrier = threading.Barrier(2)

    def write(self: Any, batch: Any, meanwhile: Any) -> bool:
        with suppress(threading.BrokenBarrierError):
            barrier.wait(0.5 if connection.vendor == "postgresql" else 0.05)
        return original(self, batch, meanwhile)

    monkeypatch.setattr(store, "write", write)


def status(instance: int) -> int:
    return Instance.objects.get(pk=instance).status


def test_a_task_completed_twice_at_once_is_completed_once(deployed: Deploy, meet: None) -> None:
    deployed(simple("approval", ("check", user("check"))))
    one = instances.start("approval", None)
    key = WorkItem.objects.get().pk
    results = run_together(*[lambda: items.complete(key, None, {"ok": True})] * 2)
    assert (refusals(results), status(one)) == (1, COMPLETED)


def test_children_that_end_at_once_both_reach_their_parent(deployed: Deploy, meet: None) -> None:
    deployed(
        make_process(
            "outer", start(), '<parallelGateway id="fork"/>', call("one", "child"), call("two", "child"),
            '<parallelGateway id="join"/>', end(), line("start", "fork", "one", "join", "end"),
            line("fork", "two", "join"),
        ),
        simple("child", ("check", user("check"))),
    )  # fmt: skip
    instances.start("outer", None)
    first, second = WorkItem.objects.order_by("id").values_list("pk", flat=True)
    results = run_together(lambda: items.complete(first, None), lambda: items.complete(second, None))
    assert refusals(results) == 0
    work.advance_deliveries()  # a unit that was run again leaves the parent to the next one
    assert set(Instance.objects.values_list("status", flat=True)) == {COMPLETED}


def test_a_message_sent_twice_at_once_reaches_one_wait_once(deployed: Deploy, meet: None) -> None:
    deployed(simple("order", ("paid", catch("paid", "message", "paid"))), roots=message("paid", key="number"))
    one = instances.start("order", None, variables={"number": "1"})
    results = run_together(*[lambda: instances.send_message("paid", None, key="1")] * 2)
    assert (refusals(results), status(one)) == (1, COMPLETED)


def test_a_start_with_one_key_at_once_starts_once(deployed: Deploy, meet: None) -> None:
    deployed(simple("quick"))
    results = run_together(*[lambda: instances.start("quick", None, idempotency_key="k")] * 2)
    assert results[0] == results[1]
    assert Instance.objects.count() == 1


def test_two_claims_at_once_give_the_task_to_one(deployed: Deploy, meet: None, make_user: Callable[..., Any]) -> None:
    deployed(simple("approval", ("check", user("check", group="managers"))))
    instances.start("approval", None)
    key = WorkItem.objects.get().pk
    people = [make_user(name, "managers") for name in ("mary", "joe")]
    results = run_together(*[lambda person=person: items.claim(key, person) for person in people])
    assert refusals(results) == 1
    assert WorkItem.objects.get().assignee in ("mary", "joe")


def test_workers_at_once_lease_each_job_once(deployed: Deploy) -> None:
    deployed(simple("pays", ("pay", service("pay", "charge"))))
    for _ in range(30):
        instances.start("pays", None)
    results = run_together(
        *[
            lambda number=number: [job.id for job in jobs.lease(["charge"], f"w{number}", seconds=60)]
            for number in range(4)
        ]
    )
    leased = [job for one in results for job in one]
    assert len(leased) == len(set(leased)) == 30


def test_clocks_at_once_fire_each_timer_once(deployed: Deploy) -> None:
    deployed(simple("pause", ("wait", catch("wait", "duration", "PT0S"))))
    for _ in range(30):
        instances.start("pause", None)
    results = run_together(*[work.fire_timers] * 3)
    while fired := work.fire_timers():
        results.append(fired)
    assert sum(results) == 30
    assert set(Instance.objects.values_list("status", flat=True)) == {COMPLETED}
    assert Step.objects.count() == 60


SIXTEEN = 16


def one_succeeds(results: list[Any]) -> bool:
    return refusals(results) == SIXTEEN - 1


def test_sixteen_at_once_complete_a_task_once(deployed: Deploy) -> None:
    deployed(simple("approval", ("check", user("check"))))
    one = instances.start("approval", None)
    key = WorkItem.objects.get().pk
    assert one_succeeds(run_together(*[lambda: items.complete(key, None)] * SIXTEEN))
    assert status(one) == COMPLETED


def test_sixteen_at_once_bring_a_job_back_once(deployed: Deploy) -> None:
    deployed(simple("pays", ("pay", service("pay", "charge")), ("check", user("check"))))
    instances.start("pays", None)
    (job,) = jobs.lease(["charge"], "me", seconds=60)
    assert one_succeeds(run_together(*[lambda: jobs.complete(job.id, "me", {"paid": True})] * SIXTEEN))
    assert WorkItem.objects.count() == 1


def test_sixteen_at_once_send_one_message_once(deployed: Deploy) -> None:
    deployed(simple("order", ("paid", catch("paid", "message", "paid"))), roots=message("paid", key="number"))
    one = instances.start("order", None, variables={"number": "1"})
    send = partial(instances.send_message, "paid", None, key="1", message_id="m-1", variables={"sum": 9})
    results = run_together(*[send] * SIXTEEN)
    assert all(result == [one] for result in results)
    assert (status(one), Step.objects.of(one).count()) == (COMPLETED, 2)


def test_sixteen_at_once_start_with_one_key_once(deployed: Deploy) -> None:
    deployed(simple("quick", ("check", user("check"))))
    results = run_together(*[lambda: instances.start("quick", None, idempotency_key="k")] * SIXTEEN)
    assert set(results) == {Instance.objects.get().pk}


def test_eight_completions_and_eight_cancellations_at_once_are_one_of_them(deployed: Deploy) -> None:
    deployed(simple("approval", ("check", user("check"))))
    one = instances.start("approval", None)
    key = WorkItem.objects.get().pk
    half = SIXTEEN // 2
    acts = [lambda: items.complete(key, None)] * half + [lambda: instances.cancel(one, None)] * half
    assert one_succeeds(run_together(*acts))
    assert status(one) in (COMPLETED, CANCELLED)


def test_sixteen_at_once_retry_an_incident_once(deployed: Deploy) -> None:
    deployed(simple("pays", ("pay", service("pay", "charge", retries=1))))
    instances.start("pays", None)
    (job,) = jobs.lease(["charge"], "me", seconds=60)
    jobs.fail(job.id, "me", "no money")
    key = Incident.objects.get().pk
    assert one_succeeds(run_together(*[lambda: instances.retry_incident(key, None)] * SIXTEEN))
    assert [leased.id for leased in jobs.lease(["charge"], "me", seconds=60)] == [job.id]


def test_sixteen_people_claim_a_task_at_once_and_one_has_it(deployed: Deploy, make_user: Callable[..., Any]) -> None:
    deployed(simple("approval", ("check", user("check", group="managers"))))
    instances.start("approval", None)
    key = WorkItem.objects.get().pk
    people = [make_user(f"person{number}", "managers") for number in range(SIXTEEN)]
    assert one_succeeds(run_together(*[lambda person=person: items.claim(key, person) for person in people]))
    assert WorkItem.objects.get().assignee in {person.username for person in people}


@pytest.fixture
def two_steps(deployed: Deploy) -> None:
    deployed(simple("steps", ("first", user("first")), ("second", user("second"))))


def nodes_waiting() -> list[str]:
    return list(WorkItem.objects.filter(status=0).order_by("id").values_list("state__node", flat=True))


@pytest.mark.parametrize("is_remembered", [True, False])
def test_a_task_that_is_named_twice_in_a_batch_is_completed_once(two_steps: None, is_remembered: bool) -> None:
    instances.start("steps", None)
    if not is_remembered:
        remembered.forget_all()
    key = WorkItem.objects.get().pk
    done, again = items.complete_many([items.Completion(key, {}), items.Completion(key, {})], None)
    assert isinstance(done, int)
    assert isinstance(again, Conflict)
    assert nodes_waiting() == ["second"]


def test_a_job_that_is_brought_back_twice_at_once_moves_its_token_once(deployed: Deploy) -> None:
    deployed(simple("pays", ("first", service("first", "charge")), ("second", service("second", "charge"))))
    instances.start("pays", None)
    (job,) = jobs.lease(["charge"], "me", seconds=60)
    assert jobs.bring_back([jobs.Done(job.id, {"paid": 1}), jobs.Done(job.id, {"paid": 2})], "me") == 1
    assert Job.objects.get().state.node == "second"
    assert Instance.objects.get().variables == {"paid": 1}


def test_what_goes_on_between_two_reads_is_not_completed_a_step_further(two_steps: None) -> None:
    started = instances.start_many("steps", None, [instances.Start({})] * 2)
    remembered.forget_all()
    first, second = WorkItem.objects.order_by("id").values_list("pk", flat=True)
    others: list[Any] = []

    def meanwhile(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        found = execute(sql, params, many, context)
        if sql.startswith("SELECT") and not others and connection.vendor == "postgresql":
            others.append(None)
            others[:] = run_together(lambda: items.complete(first, None))
        return found

    with connection.execute_wrapper(meanwhile):
        items.complete_many([items.Completion(first, {}), items.Completion(second, {})], None)
    assert nodes_waiting() == ["second", "second"]
    assert len(started) == 2
