"""Incidents by cause, and a whole group tried again: once each, with a result for each."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AbstractUser

from engine.models import Incident, Instance, Job, RepairItem
from engine.service import instances, jobs, repair
from engine.service.errors import Conflict, Invalid, NotFound
from tests.service.diagrams import CHARGED, deploy

pytestmark = pytest.mark.django_db


def fail_all(message: str = "Card {} was refused", number: int = 5) -> list[int]:
    """Instances whose job has no attempt left; their incidents, the oldest first."""
    before = set(Incident.objects.values_list("pk", flat=True))
    for index in range(number):
        instances.start("p", None, variables={"index": index})
    for job in jobs.lease(["charge-card"], "w", seconds=60, limit=1000):
        jobs.fail(job.id, "w", message.format(4000 + job.instance), retries=0)
    return sorted(set(Incident.objects.values_list("pk", flat=True)) - before)


@pytest.fixture
def five(db: None) -> list[int]:
    deploy(CHARGED)
    return fail_all()


def work_off() -> None:
    while repair.continue_repairs():
        pass


def test_failures_that_differ_by_a_number_have_one_cause(five: list[int], operator: AbstractUser) -> None:
    fail_all("The bank is closed", 2)
    causes = repair.list_causes(operator)
    assert [(cause.number, cause.likeness, cause.node) for cause in causes] == [
        (5, "Card … was refused", "charge"),
        (2, "The bank is closed", "charge"),
    ]
    assert causes[0].sample == five[-1]
    assert repair.incidents_like(operator, five[0]) == five


def test_a_group_is_tried_again_with_new_values_and_a_reason(five: list[int], operator: AbstractUser) -> None:
    started = repair.start_repair(operator, five[0], variables={"card": "new"}, reason="new card")
    work_off()
    started.refresh_from_db()
    assert (started.total, started.done, started.failed) == (5, 5, 0)
    assert started.ended_at is not None
    assert not Incident.objects.filter(status=Incident.Status.OPEN).exists()
    assert Job.objects.filter(retries__gte=1, available_at__isnull=False).count() == 5
    assert all(row.variables["card"] == "new" for row in Instance.objects.all())


def test_what_cannot_be_tried_again_is_named_and_the_rest_goes_on(five: list[int], operator: AbstractUser) -> None:
    started = repair.start_repair(operator, five[0])
    instances.cancel(Instance.objects.order_by("pk")[0].pk, operator, reason="not needed")
    Incident.objects.filter(pk=five[0]).update(status=Incident.Status.OPEN)
    work_off()
    started.refresh_from_db()
    assert (started.done, started.failed) == (5, 1)
    assert repair.list_results(started)[0].result == "The instance has ended already."


def test_one_that_was_closed_meanwhile_counts_as_done(five: list[int], operator: AbstractUser) -> None:
    started = repair.start_repair(operator, five[0])
    instances.retry_incident(five[1], operator)
    work_off()
    started.refresh_from_db()
    assert (started.done, started.failed) == (5, 0)


def test_a_repair_whose_worker_died_is_finished_by_another(
    five: list[int], operator: AbstractUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = repair.start_repair(operator, five[0])
    retry = repair.retry_incident

    def die_at_the_third(incident: int, *args: object, **more: object) -> None:
        if incident == five[2]:
            raise KeyboardInterrupt
        retry(incident, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(repair, "retry_incident", die_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        repair.continue_repairs()
    assert repair.continue_repairs() == 0, "it is leased still"
    monkeypatch.undo()
    type(started).objects.update(leased_until="2000-01-01T00:00:00Z")
    work_off()
    started.refresh_from_db()
    assert (started.total, started.done, started.failed) == (5, 5, 0)
    assert RepairItem.objects.filter(result="").count() == 5


def test_more_incidents_than_were_shown_are_not_touched(five: list[int], operator: AbstractUser) -> None:
    fail_all(number=1)
    with pytest.raises(Conflict):
        repair.start_repair(operator, five[0], expected=5)
    with pytest.raises(Invalid):
        repair.start_repair(operator, five[0], variables={"": 1})
    assert not RepairItem.objects.exists()


def test_incidents_are_for_those_who_operate_the_process(five: list[int], clerk: AbstractUser) -> None:
    assert repair.list_causes(clerk) == []
    for ask in (repair.incidents_like, repair.get_incident, repair.start_repair):
        with pytest.raises(NotFound):
            ask(clerk, five[0])


def test_who_has_lost_the_right_meanwhile_repairs_nothing(five: list[int], operator: AbstractUser) -> None:
    started = repair.start_repair(operator, five[0])
    operator.groups.clear()
    work_off()
    started.refresh_from_db()
    assert (started.done, started.failed) == (5, 5)
    assert Incident.objects.filter(status=Incident.Status.OPEN).count() == 5
