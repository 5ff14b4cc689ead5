"""Requests that share one transaction: each has its own answer, and nothing of one is lost for another."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection

from engine.core.model.runtime import ROOT, Delivery
from engine.models import InboundEvent, Instance, Step, WorkItem
from engine.models.keys import number_of
from engine.push.signals import work_waiting
from engine.service import instances, items
from engine.service.advance import in_unit
from engine.service.errors import Conflict, Moved, ServiceError
from engine.service.sharing import commits
from engine.service.unit import Unit
from engine.store import open_store
from engine.store.contract import Store
from engine.store.rows import Batch
from tests.runtime.conftest import Deploy
from tests.runtime.diagrams import catch, end, line, make_process, message, service, simple, user
from tests.runtime.diagrams import start as begin_event

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE = 20
COMPLETED = Instance.Status.COMPLETED


@pytest.fixture(autouse=True)
def shared() -> None:
    if not open_store().shares_commits:
        pytest.skip("only SQLite lets requests share a transaction")


@pytest.fixture
def units(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One entry for each transaction that was opened."""
    store = type(open_store())
    original = store.unit
    opened: list[str] = []

    @contextmanager
    def unit(self: Any, *, has_claims: bool = True) -> Iterator[None]:
        opened.append("unit")
        with original(self, has_claims=has_claims):
            yield

    monkeypatch.setattr(store, "unit", unit)
    return opened


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The instances of each batch: those that were moved, then those that are new."""
    store = type(open_store())
    original = store.write
    seen: list[list[int]] = []

    def write(self: Any, batch: Batch, meanwhile: Any = None) -> bool:
        ids = [row.id for row in (*batch.moved, *batch.new)]
        is_written = original(self, batch, meanwhile)
        if is_written:
            seen.append(ids)
        return is_written

    monkeypatch.setattr(store, "write", write)
    return seen


def run_together(*acts: Callable[[], Any]) -> list[Any]:
    """Hold up the one who writes until all the acts wait behind it, in their order; what each gave or raised."""
    results: list[Any] = [None] * len(acts)
    is_in, go_on = threading.Event(), threading.Event()

    def hold_up(store: Store, unit: Unit) -> None:
        is_in.set()
        go_on.wait(PATIENCE)

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            results[place] = act()
        except BaseException as error:  # noqa: BLE001 it is the result
            results[place] = error
        finally:
            connection.close()

    def go_first() -> None:
        in_unit(hold_up)
        connection.close()

    threads = [threading.Thread(target=go_first)]
    threads[0].start()
    assert is_in.wait(PATIENCE)
    waited = threading.Event()
    for place, act in enumerate(acts):
        threads.append(threading.Thread(target=run, args=(place, act)))
        threads[-1].start()
        while len(commits.waiting) <= place and threads[-1].is_alive():
            waited.wait(0.002)
    go_on.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in threads)
    assert not commits.is_busy
    return results


@pytest.fixture
def approval(deployed: Deploy) -> None:
    deployed(simple("approval", ("check", user("check", group="managers"))))
    instances.start("approval", None)


def start(key: str) -> Callable[[], int]:
    return lambda: instances.start("approval", None, business_key=key)


def check_history(instance: int) -> None:
    revisions = [number_of(key) for key in Step.objects.of(instance).order_by("id").values_list("id", flat=True)]
    assert revisions == list(range(1, Instance.objects.get(pk=instance).revision + 1))


def test_those_who_wait_share_one_transaction(approval: None, units: list[str]) -> None:
    ids = run_together(*(start(str(number)) for number in range(6)))
    assert len(units) == 2  # of the one who held them up, and of all of them
    keys = dict(Instance.objects.filter(pk__in=ids).values_list("pk", "business_key"))
    assert [keys[one] for one in ids] == [str(number) for number in range(6)]


def test_what_has_nothing_to_do_with_one_another_is_one_batch(approval: None, written: list[list[int]]) -> None:
    item = WorkItem.objects.get().pk
    one, *started = run_together(lambda: items.complete(item, None), *(start(str(number)) for number in range(6)))
    assert written == [[one, *started]]


def test_who_waits_and_what_is_sent_to_it_meet_in_one_transaction(deployed: Deploy, units: list[str]) -> None:
    deployed(simple("order", ("paid", catch("paid", "message", "paid"))), roots=message("paid", key="number"))
    one, reached, kept, two = run_together(
        lambda: instances.start("order", None, variables={"number": "1"}),
        lambda: instances.send_message("paid", None, key="1"),
        lambda: instances.send_message("paid", None, key="2", time_to_live=60),
        lambda: instances.start("order", None, variables={"number": "2"}),
    )
    assert (reached, kept) == ([one], [])
    assert set(Instance.objects.values_list("pk", "status")) == {(one, COMPLETED), (two, COMPLETED)}
    assert len(units) == 2


def test_who_comes_to_wait_by_what_was_written_before_it_is_found_by_what_comes_after_it(deployed: Deploy) -> None:
    """Alone each of the two would only have come to the join."""
    ways = line("start", "fork", "one", "join", "paid", "end") + line("fork", "two", "join")
    deployed(
        make_process(
            "both", begin_event(), '<parallelGateway id="fork"/>', user("one"), user("two"), '<parallelGateway id="join"/>',
            catch("paid", "message", "paid"), end(), ways,
        ),
        roots=message("paid", key="number"),
    )  # fmt: skip
    one = instances.start("both", None, variables={"number": "1"})
    first, second = WorkItem.objects.order_by("pk").values_list("pk", flat=True)
    answers = run_together(
        lambda: items.complete(first, None),
        lambda: items.complete(second, None),
        lambda: instances.send_message("paid", None, key="1"),
    )
    assert answers == [one, one, [one]]
    assert Instance.objects.get().status == COMPLETED


def test_of_one_batch_only_who_has_moved_on_is_done_again(approval: None, written: list[list[int]]) -> None:
    stale = WorkItem.objects.get()
    instances.set_variables(stale.instance_id, None, {"meanwhile": True})  # what was remembered of it is past
    written.clear()
    one, *started = run_together(lambda: items.complete(stale.pk, None, {"done": 1}), start("a"), start("b"))
    assert written == [[started[0]], [started[1]], [one]]
    assert Instance.objects.get(pk=one).variables == {"meanwhile": True, "done": 1}


def test_one_instance_that_several_move_has_a_step_of_each(approval: None) -> None:
    one = Instance.objects.get().pk
    answers = run_together(
        *(lambda number=number: instances.set_variables(one, None, {str(number): number}) for number in range(4))
    )
    assert answers == [None] * 4
    row = Instance.objects.get()
    assert row.variables == {"0": 0, "1": 1, "2": 2, "3": 3}
    assert row.revision == 5
    check_history(one)


def test_the_second_of_two_completions_is_refused_and_the_others_are_not(approval: None) -> None:
    item = WorkItem.objects.get().pk
    first, second, other = run_together(
        lambda: items.complete(item, None, {"by": 1}), lambda: items.complete(item, None, {"by": 2}), start("other")
    )
    assert isinstance(second, Conflict)
    assert Instance.objects.get(pk=first).variables == {"by": 1}
    assert Instance.objects.get(business_key="other").pk == other


def test_one_that_is_refused_after_it_has_changed_its_unit_leaves_nothing_behind(approval: None) -> None:
    one = Instance.objects.get().pk

    def break_off(store: Store, unit: Unit) -> None:
        case = unit.open(store.load([one])[one])
        unit.deliver(case, [Delivery(ROOT, "variables", {"variables": {"half": True}})])
        raise Conflict("second-thoughts", "No.")

    refused, started = run_together(lambda: in_unit(break_off), start("beside"))
    assert isinstance(refused, Conflict)
    assert isinstance(started, int)
    row = Instance.objects.get(pk=one)
    assert (row.variables, row.revision) == ({}, 1)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_write_that_fails_takes_nobody_along(
    approval: None, units: list[str], monkeypatch: pytest.MonkeyPatch, place: int
) -> None:
    store = type(open_store())
    original = store.write

    def write(self: Any, batch: Batch, meanwhile: Any = None) -> bool:
        is_broken = any(row.business_key == "broken" for row in batch.new)
        is_written = original(self, batch, meanwhile)
        if is_broken:
            raise OperationalError("the disk is full")
        return is_written

    monkeypatch.setattr(store, "write", write)
    acts = [start("a"), start("b")]
    acts.insert(place, start("broken"))
    results = run_together(*acts)
    assert len(units) == 5  # who held them up, together, and one by one
    assert isinstance(results.pop(place), OperationalError)
    keys = Instance.objects.exclude(business_key="").values_list("pk", "business_key")
    assert sorted(keys) == sorted(zip(results, "ab", strict=True))


def test_a_read_that_fails_is_no_answer_of_a_request(approval: None, monkeypatch: pytest.MonkeyPatch) -> None:
    item = WorkItem.objects.get().pk
    store = type(open_store())
    original = store.load_items
    calls: list[int] = []

    def load_items(self: Any, keys: Any, **options: Any) -> Any:
        calls.append(len(calls))
        if len(calls) == 1:
            raise OperationalError("interrupted")
        return original(self, keys, **options)

    monkeypatch.setattr(store, "load_items", load_items)
    completed, started = run_together(lambda: items.complete(item, None), start("beside"))
    assert isinstance(completed, int)
    assert Instance.objects.get(business_key="beside").pk == started


def test_who_meets_another_process_is_done_again_alone(approval: None, units: list[str]) -> None:
    tries: list[int] = []

    def meet(store: Store, unit: Unit) -> str:
        tries.append(1)
        if len(tries) < 3:
            raise Moved
        return "done"

    met, started = run_together(lambda: in_unit(meet), start("beside"))
    assert (met, len(tries)) == ("done", 3)
    assert Instance.objects.get(business_key="beside").pk == started
    assert len(units) == 4


def test_the_same_key_twice_in_one_transaction_starts_once(approval: None) -> None:
    def begin() -> int:
        return instances.start("approval", None, idempotency_key="k")

    first, second = run_together(begin, begin)
    assert first == second
    assert InboundEvent.objects.count() == 1
    assert Instance.objects.count() == 2


def test_workers_hear_of_it_after_the_commit_and_once(deployed: Deploy) -> None:
    deployed(simple("pays", ("pay", service("pay", "charge"))))
    instances.start("pays", None)
    seen: list[int] = []

    def listen(queue: str, **_: Any) -> None:
        assert not connection.in_atomic_block
        seen.append(Instance.objects.count())

    work_waiting.connect(listen)
    try:
        run_together(*(lambda: instances.start("pays", None) for _ in range(3)))
    finally:
        work_waiting.disconnect(listen)
    assert seen == [4, 4, 4]


def test_a_thread_that_ends_in_the_middle_stops_nobody_behind_it(approval: None) -> None:
    def end_thread(store: Store, unit: Unit) -> None:
        raise SystemExit

    died, beside = run_together(lambda: in_unit(end_thread), start("beside"))
    assert isinstance(died, SystemExit)
    assert isinstance(beside, RuntimeError)
    assert not Instance.objects.filter(business_key="beside").exists()
    assert start("later")()


def test_sixteen_at_once_are_answered_each_for_itself(approval: None) -> None:
    own = [instances.start("approval", None, business_key=str(number)) for number in range(16)]
    found = {row.instance_id: row.pk for row in WorkItem.objects.all()}
    acts = [
        *(lambda one=one: items.complete(found[one], None, {"own": one}) for one in own),
        *(lambda one=one: items.complete(found[one], None, {"own": -1}) for one in own),
    ]
    results = run_together(*acts)
    assert results[:16] == own
    assert all(isinstance(result, ServiceError) for result in results[16:])
    assert {row.pk: row.variables["own"] for row in Instance.objects.filter(pk__in=own)} == {one: one for one in own}
