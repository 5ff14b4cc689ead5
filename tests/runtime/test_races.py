"""Two units at once on one instance: the loser finds what the winner has left, and nothing happens twice."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection

from engine.core.model.problems import CorrelationError
from engine.models import Instance, Step, Token, WorkItem
from engine.service import instances, items, jobs, work
from engine.service.errors import ServiceError
from engine.store import open_store
from tests.faults.history import ask_django, check_history
from tests.runtime.conftest import Deploy
from tests.runtime.diagrams import boundary, call, catch, end, line, make_process, message, service, simple, start, user

pytestmark = pytest.mark.django_db(transaction=True)

COMPLETED = Instance.Status.COMPLETED
CANCELLED = Instance.Status.CANCELLED


def run_together(*acts: Callable[[], Any]) -> list[Any]:
    """All at once, each on a connection of its own: what each gave, or why it was refused."""
    barrier = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            barrier.wait(10)
            results[place] = act()
        except (ServiceError, CorrelationError) as error:
            results[place] = error
        except BaseException as error:
            results[place] = error
            raise
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    return results


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

    def write(self: Any, batch: Any) -> bool:
        with suppress(threading.BrokenBarrierError):
            barrier.wait(0.5 if connection.vendor == "postgresql" else 0.05)
        return original(self, batch)

    monkeypatch.setattr(store, "write", write)


def status(instance: int) -> int:
    return Instance.objects.get(pk=instance).status


def refused(results: list[Any]) -> int:
    assert all(
        not isinstance(one, BaseException) or isinstance(one, ServiceError | CorrelationError) for one in results
    )
    return sum(isinstance(one, BaseException) for one in results)


def test_a_task_completed_twice_at_once_is_completed_once(deployed: Deploy, meet: None) -> None:
    deployed(simple("approval", ("check", user("check"))))
    one = instances.start("approval", None)
    key = WorkItem.objects.get().pk
    results = run_together(*[lambda: items.complete(key, None, {"ok": True})] * 2)
    assert (refused(results), status(one)) == (1, COMPLETED)


def test_sixteen_at_once_complete_a_task_once(deployed: Deploy) -> None:
    deployed(simple("approval", ("check", user("check"))))
    one = instances.start("approval", None)
    key = WorkItem.objects.get().pk
    results = run_together(*[lambda: items.complete(key, None)] * 16)
    assert (refused(results), status(one)) == (15, COMPLETED)


def test_branches_that_end_at_once_join_once(deployed: Deploy, meet: None) -> None:
    deployed(
        make_process(
            "both", start(), '<parallelGateway id="fork"/>', user("left"), user("right"),
            '<parallelGateway id="join"/>', user("after"), end(),
            line("start", "fork", "left", "join", "after", "end"), line("fork", "right", "join"),
        )
    )  # fmt: skip
    one = instances.start("both", None)
    left, right = WorkItem.objects.order_by("id").values_list("pk", flat=True)
    results = run_together(lambda: items.complete(left, None, {"l": 1}), lambda: items.complete(right, None, {"r": 2}))
    assert refused(results) == 0
    assert [token.state.node for token in Token.objects.of(one)] == ["after"]
    assert Instance.objects.get(pk=one).variables == {"l": 1, "r": 2}


def test_a_timer_and_a_completion_at_once_are_one_of_the_two(deployed: Deploy, meet: None) -> None:
    deployed(
        make_process(
            "slow", start(), user("check"), boundary("late", "check", "duration", "PT0S"), end(), end("over"),
            line("start", "check", "end"), line("late", "over"),
        )
    )  # fmt: skip
    one = instances.start("slow", None)
    key = WorkItem.objects.get().pk
    run_together(lambda: items.complete(key, None), work.fire_timers)
    assert status(one) == COMPLETED
    assert WorkItem.objects.get().status in (WorkItem.Status.DONE, WorkItem.Status.CANCELLED)


def test_completing_and_cancelling_at_once_are_one_of_the_two(deployed: Deploy, meet: None) -> None:
    deployed(simple("approval", ("check", user("check"))))
    one = instances.start("approval", None)
    key = WorkItem.objects.get().pk
    results = run_together(lambda: items.complete(key, None), lambda: instances.cancel(one, None))
    assert refused(results) == 1
    assert status(one) in (COMPLETED, CANCELLED)


def test_suspending_and_completing_at_once_keep_the_instance_whole(deployed: Deploy, meet: None) -> None:
    deployed(simple("approval", ("check", user("check"))))
    one = instances.start("approval", None)
    key = WorkItem.objects.get().pk
    run_together(lambda: items.complete(key, None), lambda: instances.suspend(one, None))
    assert status(one) in (COMPLETED, Instance.Status.SUSPENDED)


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
    assert refused(results) == 0
    work.advance_deliveries()  # a unit that was run again leaves the parent to the next one
    assert set(Instance.objects.values_list("status", flat=True)) == {COMPLETED}


def test_a_message_sent_twice_at_once_reaches_one_wait_once(deployed: Deploy, meet: None) -> None:
    deployed(simple("order", ("paid", catch("paid", "message", "paid"))), roots=message("paid", key="number"))
    one = instances.start("order", None, variables={"number": "1"})
    results = run_together(*[lambda: instances.send_message("paid", None, key="1")] * 2)
    assert (refused(results), status(one)) == (1, COMPLETED)


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
    assert refused(results) == 1
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
