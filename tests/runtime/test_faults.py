"""Every statement of a unit may fail, and so may the answer after its commit: then nothing is half done."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError, connection

from engine.models import Instance, Job, Step, Subscription, Timer, Token, WorkItem
from engine.service import instances, items, jobs, work
from engine.service.errors import Conflict
from tests.faults.history import ask_django, check_history
from tests.runtime.conftest import Deploy
from tests.runtime.diagrams import boundary, call, catch, end, line, make_process, message, service, simple, start, user

pytestmark = pytest.mark.django_db(transaction=True)

MOST = 60


class Fault(OperationalError):
    pass


@pytest.fixture(autouse=True)
def known_wishers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who wants to hear of it is asked after the commit, and not every time: statements could not be counted."""
    monkeypatch.setattr("inbox.notices._group_wishers.read", dict)


@contextmanager
def failing(number: int) -> Iterator[list[str]]:
    """The statement of that number, counted from 0, fails before it is executed."""
    seen: list[str] = []

    def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        seen.append(sql)
        if len(seen) == number + 1:
            raise Fault(f"statement {number} fails")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield seen


def dump() -> list[Any]:
    """All that an instance is."""
    tables = (Instance, Token, WorkItem, Timer, Subscription, Job, Step)
    return [list(table.objects.order_by("pk").values_list()) for table in tables]


def check_whole() -> None:
    check_history(ask_django)


def fail_each(act: Callable[[], Any]) -> int:
    """Run the action with each of its statements failing once, then for good; how many there were."""
    before = dump()
    for number in range(MOST):
        try:
            with failing(number) as seen:
                act()
        except Fault:
            assert dump() == before
            check_whole()
            continue
        assert len(seen) <= number
        check_whole()
        return number
    raise AssertionError("there is no end to the statements")


@pytest.fixture
def order(deployed: Deploy) -> None:
    """A task beside a timer, a message, a call and a job: every kind of wait, and a join."""
    deployed(
        make_process(
            "order", start(), '<parallelGateway id="fork"/>', user("check", group="managers"),
            boundary("late", "check", "duration", "PT0S", is_interrupting=False), end("late-end"),
            catch("paid", "message", "paid"), call("ship", "shipping"), '<parallelGateway id="join"/>', end(),
            line("start", "fork", "check", "join", "end"), line("fork", "paid", "join"), line("fork", "ship", "join"),
            line("late", "late-end"),
        ),
        simple("shipping", ("pack", service("pack", "pack"))),
        roots=message("paid", key="number"),
    )  # fmt: skip


def test_a_start_is_whole_or_nothing(order: None) -> None:
    instances.start("order", None, variables={"number": "warm"})
    assert fail_each(lambda: instances.start("order", None, variables={"number": "1"})) >= 2


def test_every_step_of_an_instance_is_whole_or_nothing(order: None) -> None:
    one = instances.start("order", None, variables={"number": "1"})
    item = WorkItem.objects.get()
    assert work.fire_timers() == 1
    steps: list[Callable[[], Any]] = [
        lambda: items.complete(item.pk, None, {"ok": True}),
        lambda: instances.send_message("paid", None, key="1", variables={"sum": 9}),
    ]
    for act in steps:
        assert fail_each(act) >= 2
    ((job),) = jobs.lease(["pack"], "me", seconds=60)
    assert fail_each(lambda: jobs.complete(job.id, "me", {"packed": True})) >= 2
    assert set(Instance.objects.values_list("status", flat=True)) == {Instance.Status.COMPLETED}
    row = Instance.objects.get(pk=one)
    assert row.variables == {"number": "1", "ok": True, "sum": 9, "packed": True}


def test_a_batch_whose_statement_fails_is_done_one_by_one(deployed: Deploy) -> None:
    deployed(simple("pause", ("wait", catch("wait", "duration", "PT0S"))))
    for _ in range(3):
        instances.start("pause", None)
    with failing(2) as seen:
        assert work.fire_timers() == 3
    assert len(seen) > 3
    assert set(Instance.objects.values_list("status", flat=True)) == {Instance.Status.COMPLETED}
    check_whole()


def test_a_database_that_is_away_is_nobodys_incident(deployed: Deploy) -> None:
    deployed(simple("pause", ("wait", catch("wait", "duration", "PT0S"))))
    instances.start("pause", None)
    before = dump()

    def refuse(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if "engine_step" in sql:
            raise Fault("away")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse), pytest.raises(Fault):
        work.fire_timers()
    assert dump() == before
    assert work.fire_timers() == 1


def test_suspending_resuming_and_cancelling_are_whole_or_nothing(order: None) -> None:
    one = instances.start("order", None, variables={"number": "1"})
    for act in (instances.suspend, instances.resume, instances.cancel):
        assert fail_each(lambda act=act: act(one, None)) >= 2  # type: ignore[misc]
    assert Instance.objects.get(pk=one).status == Instance.Status.CANCELLED


@contextmanager
def losing(number: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The statement or commit of that number is done, and the answer to it is lost: who asked does not know."""
    seen: list[str] = []

    def lose(what: str) -> None:
        seen.append(what)
        if len(seen) == number + 1:
            raise Fault(f"the answer to {what[:40]} is lost")

    def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if connection.vendor == "postgresql":  # SQLite's answers come from within the process
            lose(sql)
        return result

    def commit() -> None:
        original()
        lose("COMMIT")

    original = connection.commit
    with connection.execute_wrapper(count), monkeypatch.context() as patch:
        patch.setattr(connection, "commit", commit)
        yield seen


def test_a_start_whose_answer_is_lost_anywhere_and_that_is_sent_again_starts_once(
    order: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(MOST):
        start = partial(instances.start, "order", None, variables={"number": "1"}, idempotency_key=f"k{number}")
        with losing(number, monkeypatch) as seen, suppress(Fault):
            start()
        start()
        assert Instance.objects.filter(version__process__key="order").count() == number + 1
        check_whole()
        if len(seen) <= number:
            return
    raise AssertionError("there is no end to the statements")


def test_a_completion_whose_answer_is_lost_anywhere_and_that_is_sent_again_counts_once(
    order: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(MOST):
        one = instances.start("order", None, variables={"number": str(number)})
        item = WorkItem.objects.of(one).get(status=0)
        with losing(number, monkeypatch) as seen, suppress(Fault):
            items.complete(item.pk, None, {"ok": True})
        with suppress(Conflict):
            items.complete(item.pk, None, {"ok": True})
        assert check_history(ask_django)[one].entered["join"] == 1
        if len(seen) <= number:
            return
    raise AssertionError("there is no end to the statements")
