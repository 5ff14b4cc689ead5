"""Instances through the service and the database, from the first step to the last."""

import pytest

from engine.core.model.problems import CorrelationError, ProcessError
from engine.models import Delivery, Incident, Instance, Process, Step, Subscription, Timer, Token, WorkItem
from engine.models.keys import span
from engine.service import instances, items, work
from engine.service.errors import Conflict, Invalid, NotFound
from tests.runtime.conftest import Deploy
from tests.runtime.diagrams import (
    boundary,
    call,
    catch,
    end,
    line,
    make_process,
    message,
    signal,
    simple,
    start,
    start_on,
    throw,
    user,
)

pytestmark = pytest.mark.django_db(transaction=True)

ACTIVE, COMPLETED, TERMINATED, CANCELLED, FAILED, SUSPENDED = range(6)


def status(instance: int) -> int:
    return Instance.objects.get(pk=instance).status


def variables(instance: int) -> dict[str, object]:
    found: dict[str, object] = Instance.objects.get(pk=instance).variables
    return found


def open_items(instance: int) -> list[WorkItem]:
    return list(WorkItem.objects.filter(id__range=span(instance), status=0).order_by("id"))


def complete_all(instance: int, **data: object) -> None:
    for item in open_items(instance):
        items.complete(item.pk, None, data)


class TestStart:
    def test_a_process_without_waits_is_over_at_once_and_leaves_its_history(self, deployed: Deploy) -> None:
        deployed(simple("quick"))
        one = instances.start("quick", None, variables={"amount": 5}, business_key="b-1")
        row = Instance.objects.get(pk=one)
        assert (row.status, row.variables, row.business_key, row.revision) == (COMPLETED, {"amount": 5}, "b-1", 1)
        assert row.ended_at == row.started_at
        assert Token.objects.count() == 0
        assert [(step.number, step.sequence) for step in Step.objects.all()] == [(1, row.sequence)]
        assert len(Step.objects.get().log) == row.sequence

    def test_a_user_task_waits_and_its_result_is_kept(self, deployed: Deploy) -> None:
        deployed(simple("approval", ("check", user("check"))))
        one = instances.start("approval", None)
        (item,) = open_items(one)
        assert (status(one), Token.objects.count(), item.state.node) == (ACTIVE, 1, "check")
        items.complete(item.pk, None, {"ok": True})
        assert (status(one), variables(one), Token.objects.count()) == (COMPLETED, {"ok": True}, 0)
        item.refresh_from_db()
        assert item.status == WorkItem.Status.DONE

    def test_the_same_idempotency_key_starts_once(self, deployed: Deploy) -> None:
        deployed(simple("quick"))
        first = instances.start("quick", None, idempotency_key="k")
        assert instances.start("quick", None, idempotency_key="k") == first
        assert instances.start("quick", None, idempotency_key="other") != first
        assert Instance.objects.count() == 2

    def test_a_start_that_fails_leaves_nothing(self, deployed: Deploy) -> None:
        deployed(make_process("waits", start_on("go", "message", "go"), end(), line("go", "end")), roots=message("go"))
        with pytest.raises(ProcessError):
            instances.start("waits", None)
        assert (Instance.objects.count(), Step.objects.count()) == (0, 0)

    def test_an_unknown_process_is_not_found(self) -> None:
        with pytest.raises(NotFound):
            instances.start("nobody", None)

    @pytest.mark.parametrize(
        "given", [{"a": "x\0"}, {"a": float("nan")}, {"": 1}, {"a": "\ud800"}, {"a": "x" * 1_100_000}]
    )
    def test_variables_that_no_database_keeps_are_refused(self, deployed: Deploy, given: dict[str, object]) -> None:
        deployed(simple("quick"))
        with pytest.raises(Invalid):
            instances.start("quick", None, variables=given)
        assert Instance.objects.count() == 0


class TestParallel:
    def test_a_join_waits_for_all_branches_over_several_units(self, deployed: Deploy) -> None:
        deployed(
            make_process(
                "both", start(), '<parallelGateway id="fork"/>', user("left"), user("right"),
                '<parallelGateway id="join"/>', end(), line("start", "fork", "left", "join", "end"),
                line("fork", "right", "join"),
            )
        )  # fmt: skip
        one = instances.start("both", None)
        left, right = open_items(one)
        items.complete(left.pk, None, {"l": 1})
        assert (status(one), len(open_items(one))) == (ACTIVE, 1)
        items.complete(right.pk, None, {"r": 2})
        assert (status(one), variables(one)) == (COMPLETED, {"l": 1, "r": 2})
        sequences = list(Step.objects.order_by("id").values_list("sequence", flat=True))
        assert sequences == sorted(sequences)
        assert sequences[-1] == sum(len(step.log) for step in Step.objects.all())


class TestCalls:
    def test_a_called_process_that_does_not_wait_ends_in_the_same_unit(self, deployed: Deploy) -> None:
        deployed(simple("outer", ("inner", call("inner", "child"))), simple("child"))
        one = instances.start("outer", None, variables={"amount": 5})
        assert [row.status for row in Instance.objects.all()] == [COMPLETED, COMPLETED]
        assert Delivery.objects.count() == 0
        assert Step.objects.filter(id__range=span(one)).count() == 1

    def test_the_end_of_a_child_moves_its_parent(self, deployed: Deploy) -> None:
        deployed(simple("outer", ("inner", call("inner", "child"))), simple("child", ("check", user("check"))))
        one = instances.start("outer", None)
        child = Instance.objects.exclude(pk=one).get()
        assert (child.parent is not None, child.depth) == (True, 1)
        complete_all(child.pk, ok=True)
        assert (status(child.pk), status(one), variables(one)) == (COMPLETED, COMPLETED, {"ok": True})

    def test_cancelling_a_parent_cancels_its_child(self, deployed: Deploy) -> None:
        deployed(simple("outer", ("inner", call("inner", "child"))), simple("child", ("check", user("check"))))
        one = instances.start("outer", None)
        instances.cancel(one, None, reason="enough")
        assert [row.status for row in Instance.objects.all()] == [CANCELLED, CANCELLED]
        assert WorkItem.objects.get().status == WorkItem.Status.CANCELLED

    def test_a_missing_called_process_is_an_incident_whose_retry_calls_again(self, deployed: Deploy) -> None:
        deployed(simple("outer", ("inner", call("inner", "child"))))
        one = instances.start("outer", None)
        incident = Incident.objects.get()
        assert (incident.code, incident.node, status(one)) == ("called-missing", "inner", ACTIVE)
        deployed(simple("child"))
        instances.retry_incident(incident.pk, None)
        incident.refresh_from_db()
        assert (status(one), incident.status) == (COMPLETED, Incident.Status.RESOLVED)

    def test_a_process_that_calls_itself_stops_with_an_incident(self, deployed: Deploy) -> None:
        deployed(simple("endless", ("again", call("again", "endless"))))
        instances.start("endless", None)
        assert Incident.objects.get().code == "call-depth"
        assert Instance.objects.count() == 101


class TestMessages:
    @pytest.fixture
    def order(self, deployed: Deploy) -> None:
        deployed(simple("order", ("paid", catch("paid", "message", "paid"))), roots=message("paid", key="number"))

    def test_a_message_reaches_the_instance_with_its_key(self, order: None) -> None:
        one = instances.start("order", None, variables={"number": "1"})
        two = instances.start("order", None, variables={"number": "2"})
        assert instances.send_message("paid", None, key="2", variables={"sum": 9}) == [two]
        assert (status(one), status(two), variables(two)["sum"]) == (ACTIVE, COMPLETED, 9)
        assert Subscription.objects.count() == 1

    def test_a_message_that_several_wait_for_moves_nothing(self, order: None) -> None:
        one, two = (instances.start("order", None, variables={"number": n}) for n in ("1", "2"))
        with pytest.raises(CorrelationError):
            instances.send_message("paid", None)
        assert (status(one), status(two)) == (ACTIVE, ACTIVE)

    def test_a_message_that_nobody_waits_for_is_refused(self, order: None) -> None:
        with pytest.raises(CorrelationError):
            instances.send_message("paid", None, key="7")

    def test_a_kept_message_reaches_who_waits_later(self, order: None) -> None:
        assert instances.send_message("paid", None, key="1", variables={"sum": 9}, time_to_live=60) == []
        one = instances.start("order", None, variables={"number": "1"})
        assert (status(one), variables(one)["sum"]) == (COMPLETED, 9)

    def test_the_same_message_id_counts_once(self, order: None) -> None:
        one = instances.start("order", None, variables={"number": "1"})
        assert instances.send_message("paid", None, key="1", message_id="m") == [one]
        assert instances.send_message("paid", None, key="1", message_id="m") == [one]

    def test_a_message_starts_a_process(self, deployed: Deploy) -> None:
        deployed(make_process("born", start_on("go", "message", "go"), end(), line("go", "end")), roots=message("go"))
        (one,) = instances.send_message("go", None, variables={"a": 1})
        assert (status(one), variables(one)) == (COMPLETED, {"a": 1})

    def test_a_thrown_message_reaches_another_instance_in_the_same_unit(self, deployed: Deploy) -> None:
        deployed(
            simple("order", ("paid", catch("paid", "message", "paid"))),
            simple("payer", ("pay", throw("pay", "message", "paid"))),
            roots=message("paid", key="number"),
        )
        one = instances.start("order", None, variables={"number": "1"})
        payer = instances.start("payer", None, variables={"number": "1"})
        assert (status(one), status(payer)) == (COMPLETED, COMPLETED)
        assert Delivery.objects.count() == 0


class TestSignals:
    def test_a_signal_reaches_everyone_and_starts_processes(self, deployed: Deploy) -> None:
        deployed(
            simple("hears", ("alarm", catch("alarm", "signal", "alarm"))),
            make_process("born", start_on("go", "signal", "alarm"), end(), line("go", "end")),
            simple("shouts", ("cry", throw("cry", "signal", "alarm"))),
            roots=signal("alarm"),
        )
        heard = [instances.start("hears", None) for _ in range(3)]
        instances.start("shouts", None)
        assert {status(one) for one in heard} == {COMPLETED}
        assert Instance.objects.filter(version__process__key="born").count() == 1

    def test_many_hear_it_in_later_units(self, deployed: Deploy) -> None:
        deployed(simple("hears", ("alarm", catch("alarm", "signal", "alarm"))), roots=signal("alarm"))
        heard = [instances.start("hears", None) for _ in range(25)]
        assert instances.send_signal("alarm", None) == 25
        assert Delivery.objects.count() == 25
        assert work.advance_deliveries() == 25
        assert {status(one) for one in heard} == {COMPLETED}


class TestSuspension:
    def test_what_is_suspended_takes_no_work_and_no_timer_until_it_is_resumed(self, deployed: Deploy) -> None:
        deployed(
            make_process(
                "slow", start(), user("check"), boundary("late", "check", "duration", "PT0S"), end(), end("over"),
                line("start", "check", "end"), line("late", "over"),
            )
        )  # fmt: skip
        one = instances.start("slow", None)
        instances.suspend(one, None)
        (item,) = open_items(one)
        with pytest.raises(Conflict):
            items.complete(item.pk, None)
        assert (work.fire_timers(), status(one)) == (0, SUSPENDED)
        instances.resume(one, None)
        assert (work.fire_timers(), status(one)) == (1, COMPLETED)
        assert Timer.objects.count() == 0

    def test_changing_variables_does_not_resume(self, deployed: Deploy) -> None:
        deployed(simple("approval", ("check", user("check"))))
        one = instances.start("approval", None)
        instances.suspend(one, None)
        instances.set_variables(one, None, {"a": 1})
        assert (status(one), variables(one)) == (SUSPENDED, {"a": 1})

    def test_a_suspended_instance_can_be_cancelled(self, deployed: Deploy) -> None:
        deployed(simple("approval", ("check", user("check"))))
        one = instances.start("approval", None)
        instances.suspend(one, None)
        instances.cancel(one, None)
        assert (status(one), open_items(one)) == (CANCELLED, [])

    def test_a_child_that_ends_waits_for_its_suspended_parent(self, deployed: Deploy) -> None:
        deployed(simple("outer", ("inner", call("inner", "child"))), simple("child", ("check", user("check"))))
        one = instances.start("outer", None)
        child = Instance.objects.exclude(pk=one).get().pk
        instances.suspend(one, None)
        complete_all(child)
        assert (status(child), status(one), work.advance_deliveries()) == (COMPLETED, SUSPENDED, 0)
        instances.resume(one, None)
        assert (work.advance_deliveries(), status(one)) == (1, COMPLETED)


class TestEnds:
    def test_an_ended_instance_can_not_be_cancelled(self, deployed: Deploy) -> None:
        deployed(simple("quick"))
        one = instances.start("quick", None)
        with pytest.raises(Conflict):
            instances.cancel(one, None)

    def test_a_task_is_completed_once(self, deployed: Deploy) -> None:
        deployed(simple("approval", ("check", user("check"))))
        (item,) = open_items(instances.start("approval", None))
        items.complete(item.pk, None)
        with pytest.raises(Conflict):
            items.complete(item.pk, None)


def test_a_process_is_suspended_with_all_its_instances_and_resumed(deployed: Deploy) -> None:
    deployed(simple("pause", ("wait", catch("wait", "duration", "PT0S"))))
    instances.start_many("pause", None, [instances.Start({})] * 103)
    process = Process.objects.get()
    assert instances.suspend_process(process, None, is_suspended=True, with_instances=True, reason="repair") == 103
    assert work.fire_timers() == 0
    with pytest.raises(Conflict):
        instances.start("pause", None)
    process.refresh_from_db()
    assert process.is_suspended
    assert instances.suspend_process(process, None, is_suspended=False, with_instances=True) == 103
    assert work.fire_timers(200) == 103
    assert set(Instance.objects.values_list("status", flat=True)) == {Instance.Status.COMPLETED}


def test_a_call_of_a_suspended_process_is_an_incident_until_it_is_resumed(deployed: Deploy) -> None:
    deployed(simple("caller", ("call", call("call", "called"))), simple("called", ("check", user("check"))))
    process = Process.objects.get(key="called")
    instances.suspend_process(process, None, is_suspended=True)
    instances.start("caller", None)
    incident = Incident.objects.get()
    assert (incident.code, incident.node) == ("process-suspended", "call")
    instances.suspend_process(process, None, is_suspended=False)
    instances.retry_incident(incident.pk, None)
    assert WorkItem.objects.count() == 1
