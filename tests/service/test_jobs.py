"""Jobs: leased, done, failed, retried; an incident when nothing is left, and its retry."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AbstractUser

from engine.core.model.problems import BpmnError
from engine.models import Incident, Instance, Job
from engine.models.waits import CONTINUATION
from engine.service import instances, jobs, work
from engine.service.errors import Conflict, Forbidden, Invalid, NotFound
from engine.service.jobs import LeasedJob
from engine.worker import handlers, running
from tests.service.diagrams import ASYNCHRONOUS, CAUGHT, CHARGED, deploy, status_of

pytestmark = pytest.mark.django_db
TYPE = "charge-card"


def start(text: str = CHARGED) -> int:
    deploy(text)
    return instances.start("p", None, variables={"amount": 5}, business_key="K")


def lease(owner: str = "w") -> LeasedJob:
    (found,) = jobs.lease([TYPE], owner, seconds=60)
    return found


def make_available() -> None:
    Job.objects.update(available_at="2000-01-01T00:00:00Z")


def test_a_leased_job_says_what_there_is_to_do_and_is_nobody_elses() -> None:
    instance = start()
    job = lease()
    assert (job.type, job.key, job.instance, job.process, job.business_key) == (TYPE, "charge", instance, "p", "K")
    assert (dict(job.variables), job.retries) == ({"amount": 5}, 2)
    assert jobs.lease([TYPE], "other", seconds=60) == []
    assert jobs.lease(["something-else"], "other", seconds=60) == []


def test_a_completed_job_gives_its_result_to_the_process() -> None:
    instance = start()
    jobs.complete(lease().id, "w", {"reference": "r"})
    assert status_of(instance) == "completed"
    assert Instance.objects.get().variables == {"amount": 5, "reference": "r"}
    assert not Job.objects.exists()


def test_only_who_has_the_job_brings_it_back() -> None:
    start()
    job = lease()
    for act in (jobs.complete, lambda *args: jobs.fail(*args, "no"), lambda *args: jobs.throw_error(*args, "E")):
        with pytest.raises(Conflict):
            act(job.id, "thief")
    jobs.complete(job.id, "w")
    with pytest.raises(NotFound):
        jobs.complete(job.id, "w")


def test_a_result_that_no_database_keeps_is_refused_and_the_job_stays() -> None:
    start()
    with pytest.raises(Invalid):
        jobs.complete(lease().id, "w", {"text": "a\0b"})
    assert Job.objects.exists()


def test_a_lease_that_ran_out_is_another_workers_with_the_same_idempotency_key() -> None:
    start()
    first = lease("dead")
    make_available()
    second = lease("alive")
    assert second.idempotency_key == first.idempotency_key
    with pytest.raises(Conflict):
        jobs.complete(first.id, "dead")
    jobs.complete(second.id, "alive")


def test_a_job_whose_workers_keep_dying_becomes_an_incident() -> None:
    start()
    for _ in range(10):
        make_available()
        if not jobs.lease([TYPE], "w", seconds=60):
            break
    assert Incident.objects.get().code == "job-failed"


def test_a_failed_attempt_is_tried_again_after_a_pause_until_none_is_left() -> None:
    instance = start()
    job = lease()
    jobs.fail(job.id, "w", "no answer")
    row = Job.objects.get()
    assert (row.retries, row.owner, [failure["message"] for failure in row.failures]) == (1, None, ["no answer"])
    assert jobs.lease([TYPE], "w", seconds=60) == []
    make_available()
    jobs.fail(lease().id, "w", "still none")
    incident = Incident.objects.get()
    assert (incident.message, incident.node, incident.job) == ("still none", "charge", job.id)
    assert jobs.lease([TYPE], "w", seconds=60) == []
    assert status_of(instance) == "active"


def test_the_retry_of_an_incident_gives_the_job_another_attempt(operator: AbstractUser) -> None:
    instance = start()
    key = lease().idempotency_key
    jobs.fail(Job.objects.get().pk, "w", "no", retries=0)
    incident = Incident.objects.get()
    instances.retry_incident(incident.pk, operator, variables={"amount": 6})
    job = lease()
    assert (job.idempotency_key, job.variables["amount"]) == (key, 6)
    jobs.complete(job.id, "w")
    incident.refresh_from_db()
    assert (status_of(instance), incident.get_status_display(), incident.closed_by) == (
        "completed", "resolved", "operator",
    )  # fmt: skip
    with pytest.raises(Conflict):
        instances.retry_incident(incident.pk, operator)


def test_only_an_operator_retries_an_incident(modeler: AbstractUser, clerk: AbstractUser) -> None:
    start()
    jobs.fail(lease().id, "w", "no", retries=0)
    incident = Incident.objects.get().pk
    with pytest.raises(Forbidden):
        instances.retry_incident(incident, modeler)
    with pytest.raises(NotFound):
        instances.retry_incident(incident, clerk)


def test_a_cancelled_instance_takes_its_job_and_its_incident_along(operator: AbstractUser) -> None:
    instance = start()
    jobs.fail(lease().id, "w", "no", retries=0)
    instances.cancel(instance, operator)
    assert not Job.objects.exists()
    assert Incident.objects.get().get_status_display() == "obsolete"


def test_a_business_error_takes_the_way_that_catches_it() -> None:
    instance = start(CAUGHT)
    jobs.throw_error(lease().id, "w", "DECLINED", "no money")
    assert status_of(instance) == "completed"
    assert not Incident.objects.exists()


def test_a_business_error_that_nobody_catches_is_an_incident() -> None:
    instance = start(CAUGHT)
    jobs.throw_error(lease().id, "w", "OTHER", "what is this")
    assert status_of(instance) == "active"
    assert Incident.objects.get().node == "review"


def test_a_continuation_is_the_engines_own_job() -> None:
    instance = start(ASYNCHRONOUS)
    assert Job.objects.get().type == CONTINUATION
    assert status_of(instance) == "active"
    assert work.run_continuations() == 1
    work.advance_deliveries()
    assert status_of(instance) == "completed"


def test_no_worker_leases_a_continuation() -> None:
    start(ASYNCHRONOUS)
    assert jobs.lease([TYPE], "w", seconds=60) == []


def test_an_operator_gives_the_result_by_hand_and_others_may_not(operator: AbstractUser, modeler: AbstractUser) -> None:
    instance = start()
    lease()
    job = Job.objects.get().pk
    with pytest.raises(Forbidden):
        jobs.skip(job, modeler, {"reference": "by hand"})
    jobs.skip(job, operator, {"reference": "by hand"})
    assert status_of(instance) == "completed"


def test_a_job_of_a_suspended_instance_waits(operator: AbstractUser) -> None:
    instance = start()
    instances.suspend(instance, operator)
    assert jobs.lease([TYPE], "w", seconds=60) == []
    instances.resume(instance, operator)
    jobs.complete(lease().id, "w")
    assert status_of(instance) == "completed"


class TestHandlers:
    """What a worker does with the functions that are registered."""

    @pytest.fixture(autouse=True)
    def known(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(handlers, "HANDLERS", {})
        monkeypatch.setattr(running, "HANDLERS", handlers.HANDLERS)

    def test_the_handlers_result_goes_into_the_process(self) -> None:
        handlers.handler(TYPE)(lambda job: {"doubled": job.variables["amount"] * 2})
        instance = start()
        assert running.run_jobs() == 1
        assert Instance.objects.get(pk=instance).variables["doubled"] == 10

    def test_an_asynchronous_handler_is_awaited(self) -> None:
        async def charge(job: LeasedJob) -> dict[str, str]:
            return {"reference": job.idempotency_key}

        handlers.handler(TYPE)(charge)  # type: ignore[arg-type]
        instance = start()
        running.run_jobs()
        assert status_of(instance) == "completed"

    def test_a_bpmn_error_of_the_handler_is_thrown_in_the_process(self) -> None:
        @handlers.handler(TYPE)
        def decline(job: LeasedJob) -> None:
            raise BpmnError("DECLINED")

        instance = start(CAUGHT)
        running.run_jobs()
        assert status_of(instance) == "completed"

    def test_an_error_whose_variables_cannot_be_kept_is_a_failed_attempt(self) -> None:
        @handlers.handler(TYPE)
        def decline(job: LeasedJob) -> None:
            raise BpmnError("DECLINED", variables={"x": object()})

        start(CAUGHT)
        running.run_jobs()
        assert Job.objects.get().retries == 1

    @pytest.mark.parametrize("result", [{"x": object()}, {"x": float("nan")}, {"x": "a\0"}, [1]])
    def test_a_result_that_cannot_be_kept_is_a_failed_attempt(self, result: object) -> None:
        handlers.handler(TYPE)(lambda job: result)  # type: ignore[arg-type,return-value]
        start()
        running.run_jobs()
        assert Job.objects.get().retries == 1

    def test_a_handler_that_raises_fails_the_attempt_and_the_next_job_is_done(self) -> None:
        @handlers.handler(TYPE)
        def charge(job: LeasedJob) -> dict[str, bool]:
            if job.business_key == "bad":
                raise RuntimeError("the terminal is off")
            return {"done": True}

        deploy(CHARGED)
        bad = instances.start("p", None, business_key="bad")
        good = instances.start("p", None)
        running.run_jobs()
        assert (status_of(bad), status_of(good)) == ("active", "completed")
        assert Job.objects.get().failures[0]["message"] == "RuntimeError: the terminal is off"

    def test_two_functions_under_one_name_are_refused(self) -> None:
        handlers.handler(TYPE)(lambda job: None)
        with pytest.raises(ValueError, match="already"):
            handlers.handler(TYPE)(lambda job: None)
