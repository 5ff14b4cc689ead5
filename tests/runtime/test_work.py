"""What workers do with what is due: timers, continuations, deliveries, jobs; and that a failure stays alone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.core.model.problems import BpmnError
from engine.models import BufferedMessage, Delivery, Incident, Instance, Job, ProcessStart, Timer, Token
from engine.service import instances, jobs, unit, work
from engine.service.errors import Conflict, NotFound
from engine.service.jobs import LeasedJob
from engine.worker import handlers, running
from tests.runtime.conftest import Deploy
from tests.runtime.diagrams import (
    boundary,
    catch,
    end,
    line,
    make_process,
    message,
    service,
    simple,
    start,
    start_on,
    user,
)

pytestmark = pytest.mark.django_db(transaction=True)

ACTIVE, COMPLETED = 0, 1
PAST = datetime(2020, 1, 1, tzinfo=UTC)


def status(instance: int) -> int:
    return Instance.objects.get(pk=instance).status


def make_all_due() -> None:
    Timer.objects.update(due=PAST)
    Delivery.objects.update(not_before=PAST)
    Job.objects.exclude(available_at=None).update(available_at=PAST)


class TestTimers:
    def test_a_due_timer_moves_its_instance_in_one_transaction(self, deployed: Deploy) -> None:
        deployed(simple("pause", ("wait", catch("wait", "duration", "PT1H"))))
        one = instances.start("pause", None)
        assert (work.fire_timers(), status(one)) == (0, ACTIVE)
        make_all_due()
        assert (work.fire_timers(), status(one)) == (1, COMPLETED)
        assert (Timer.objects.count(), Delivery.objects.count()) == (0, 0)

    def test_many_timers_of_many_instances_fire_in_batches(self, deployed: Deploy) -> None:
        deployed(simple("pause", ("wait", catch("wait", "duration", "PT1H"))))
        for _ in range(7):
            instances.start("pause", None)
        make_all_due()
        assert [work.fire_timers(5), work.fire_timers(5), work.fire_timers(5)] == [5, 2, 0]
        assert set(Instance.objects.values_list("status", flat=True)) == {COMPLETED}

    def test_a_cycle_fires_as_often_as_it_says_and_the_task_stays(self, deployed: Deploy) -> None:
        cycle = boundary("again", "check", "cycle", "R3/PT1H", is_interrupting=False)
        deployed(
            make_process(
                "reminded", start(), user("check"), cycle, end(), end("reminder"),
                line("start", "check", "end"), line("again", "reminder"),
            )
        )  # fmt: skip
        one = instances.start("reminded", None)
        fired = 0
        while Timer.objects.exists():
            make_all_due()
            fired += work.fire_timers()
        assert (fired, status(one), Token.objects.count()) == (3, ACTIVE, 1)

    def test_a_timer_start_starts_and_moves_to_its_next_moment(self, deployed: Deploy) -> None:
        deployed(make_process("daily", start_on("go", "cycle", "R/PT1H"), end(), line("go", "end")))
        due = ProcessStart.objects.get().due
        assert due is not None
        ProcessStart.objects.update(due=due - timedelta(hours=2))
        assert [work.fire_timer_starts() for _ in range(2)] == [1, 1]
        assert Instance.objects.count() == 2
        assert ProcessStart.objects.get().due == due
        assert work.fire_timer_starts() == 0


class TestDeliveries:
    def test_a_continuation_goes_on_in_a_unit_of_its_own(self, deployed: Deploy) -> None:
        later = '<task id="later" camunda:asyncBefore="true" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"/>'
        deployed(simple("async", ("later", later)))
        one = instances.start("async", None)
        assert status(one) == ACTIVE
        assert (work.run_continuations(), status(one), Job.objects.count()) == (1, COMPLETED, 0)

    def test_a_late_delivery_is_taken_away_and_changes_nothing(self, deployed: Deploy) -> None:
        deployed(simple("approval", ("check", user("check"))))
        one = instances.start("approval", None)
        Delivery.objects.create(instance=one, token=1, trigger="fire:gone", not_before=PAST)
        Delivery.objects.create(instance=one, token=99, trigger="complete", not_before=PAST)
        before = Instance.objects.get(pk=one)
        assert work.advance_deliveries() == 2
        after = Instance.objects.get(pk=one)
        assert (Delivery.objects.count(), after.status, after.revision) == (0, ACTIVE, before.revision)

    def test_an_instance_that_breaks_is_left_out_and_becomes_an_incident(
        self, deployed: Deploy, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        deployed(simple("pause", ("wait", catch("wait", "duration", "PT1H"))))
        good, bad, other = (instances.start("pause", None) for _ in range(3))
        original = unit.Unit.deliver

        def deliver(self: Any, case: Any, deliveries: Any) -> Any:
            if case.id == bad:
                raise RuntimeError("broken")
            return original(self, case, deliveries)

        monkeypatch.setattr(unit.Unit, "deliver", deliver)
        make_all_due()
        assert work.fire_timers() == 3
        assert [status(one) for one in (good, bad, other)] == [COMPLETED, ACTIVE, COMPLETED]
        assert Delivery.objects.get().instance == bad
        for _ in range(work.MOST_ATTEMPTS):
            make_all_due()
            work.advance_deliveries()
        incident = Incident.objects.get()
        assert (incident.instance_id, incident.code) == (bad, "engine-error")
        assert Delivery.objects.count() == 0
        monkeypatch.undo()
        instances.retry_incident(incident.pk, None)
        assert status(bad) == COMPLETED

    def test_a_message_kept_while_somebody_began_to_wait_is_found_by_the_sweep(self, deployed: Deploy) -> None:
        deployed(simple("order", ("paid", catch("paid", "message", "paid"))), roots=message("paid", key="number"))
        one = instances.start("order", None, variables={"number": "1"})
        expires = datetime.now(UTC) + timedelta(hours=1)
        BufferedMessage.objects.create(name="paid", key="1", expires_at=expires, variables={"sum": 9})
        work.sweep()
        assert (status(one), BufferedMessage.objects.count()) == (COMPLETED, 0)


class TestJobs:
    @pytest.fixture(autouse=True)
    def registry(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(handlers, "HANDLERS", {})
        monkeypatch.setattr(running, "HANDLERS", handlers.HANDLERS)

    def test_a_handler_gets_the_variables_and_its_result_goes_on(self, deployed: Deploy) -> None:
        deployed(simple("pays", ("pay", service("pay", "charge"))))
        seen: list[LeasedJob] = []

        @handlers.handler("charge")
        def charge(job: LeasedJob) -> dict[str, Any]:
            seen.append(job)
            return {"paid": job.variables["amount"]}

        one = instances.start("pays", None, variables={"amount": 5})
        assert running.run_jobs() == 1
        row = Instance.objects.get(pk=one)
        assert (row.status, row.variables) == (COMPLETED, {"amount": 5, "paid": 5})
        assert (seen[0].key, seen[0].process, seen[0].instance) == ("pay", "pays", one)
        assert Job.objects.count() == 0

    def test_several_results_come_back_in_one_unit(self, deployed: Deploy) -> None:
        deployed(simple("pays", ("pay", service("pay", "charge"))))
        handlers.handler("charge")(lambda job: None)
        for _ in range(5):
            instances.start("pays", None)
        assert running.run_jobs() == 5
        assert set(Instance.objects.values_list("status", flat=True)) == {COMPLETED}

    def test_a_business_error_goes_to_its_catcher(self, deployed: Deploy) -> None:
        deployed(
            make_process(
                "pays", start(), service("pay", "charge"), boundary("broke", "pay", "error", "broke"),
                end(), user("call"), line("start", "pay", "end"), line("broke", "call", "end"),
            ),
            roots='<error id="error-broke" errorCode="BROKE"/>',
        )  # fmt: skip

        @handlers.handler("charge")
        def charge(job: LeasedJob) -> None:
            raise BpmnError("BROKE", "no money")

        one = instances.start("pays", None)
        running.run_jobs()
        assert (status(one), Token.objects.get().state.node, Job.objects.count()) == (ACTIVE, "call", 0)

    def test_attempts_are_used_up_then_an_incident_gives_new_ones(self, deployed: Deploy) -> None:
        deployed(simple("pays", ("pay", service("pay", "charge", retries=2))))
        keys: list[str] = []
        is_broken = [True]

        @handlers.handler("charge")
        def charge(job: LeasedJob) -> None:
            keys.append(job.idempotency_key)
            if is_broken[0]:
                raise ConnectionError("refused")

        one = instances.start("pays", None)
        running.run_jobs()
        job = Job.objects.get()
        assert (job.retries, job.owner, len(job.failures)) == (1, None, 1)
        assert job.available_at is not None
        assert job.available_at > datetime.now(UTC)
        make_all_due()
        running.run_jobs()
        incident = Incident.objects.get()
        assert (incident.code, incident.job, incident.node) == ("job-failed", job.pk, "pay")
        assert Job.objects.get().available_at is None
        is_broken[0] = False
        instances.retry_incident(incident.pk, None)
        running.run_jobs()
        assert (status(one), len(keys), len(set(keys))) == (COMPLETED, 3, 1)
        incident.refresh_from_db()
        assert incident.status == Incident.Status.RESOLVED

    def test_a_job_whose_worker_dies_three_times_is_an_incident(self, deployed: Deploy) -> None:
        deployed(simple("pays", ("pay", service("pay", "charge"))))
        instances.start("pays", None)
        for number in range(3):
            assert len(jobs.lease(["charge"], f"worker-{number}", seconds=60)) == 1
            make_all_due()
        assert jobs.lease(["charge"], "worker-3", seconds=60) == []
        assert Incident.objects.get().code == "job-failed"

    def test_only_who_has_the_job_brings_it_back_and_only_once(self, deployed: Deploy) -> None:
        deployed(simple("pays", ("pay", service("pay", "charge"))))
        one = instances.start("pays", None)
        (job,) = jobs.lease(["charge"], "me", seconds=60)
        with pytest.raises(Conflict):
            jobs.complete(job.id, "you")
        jobs.complete(job.id, "me", {"a": 1})
        with pytest.raises(NotFound):
            jobs.complete(job.id, "me", {"a": 2})
        assert Instance.objects.get(pk=one).variables == {"a": 1}

    def test_a_result_that_cannot_be_kept_is_a_failed_attempt(self, deployed: Deploy) -> None:
        deployed(simple("pays", ("pay", service("pay", "charge", retries=1))))
        handlers.handler("charge")(lambda job: {"big": "x" * 2_000_000})
        instances.start("pays", None)
        running.run_jobs()
        assert Incident.objects.get().code == "job-failed"
