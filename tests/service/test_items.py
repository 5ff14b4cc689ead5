"""Work items: who gets them, who may complete them, and that two people never both win."""

from __future__ import annotations

import threading
from collections.abc import Callable
from unittest.mock import patch

import pytest
from django.contrib.auth.models import AbstractUser
from django.db import connection

from engine.models import Instance, Step, WorkItem
from engine.models.keys import span
from engine.service import instances, items, jobs
from engine.service.errors import Conflict, Forbidden, Invalid, NotFound, ServiceError
from engine.worker.handlers import HANDLERS
from tests.core.parse.texts import sequence
from tests.service.diagrams import DECIDED, PLAIN, REVIEW, deploy, item_of, status_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(db: None) -> int:
    deploy(PLAIN)
    return item_of(instances.start("p", None)).pk  # type: ignore[no-any-return]


def holder(item: int) -> str | None:
    assignee: str | None = WorkItem.objects.get(pk=item).assignee
    return assignee


def test_a_claimed_item_is_its_holders_until_it_is_released(
    item: int, manager: AbstractUser, other_manager: AbstractUser
) -> None:
    items.claim(item, manager)
    items.claim(item, manager)
    with pytest.raises(Conflict):
        items.claim(item, other_manager)
    with pytest.raises(Forbidden):
        items.complete(item, other_manager)
    with pytest.raises(Forbidden):
        items.release(item, other_manager)
    items.release(item, manager)
    items.claim(item, other_manager)
    assert holder(item) == "other"


def test_an_item_of_other_people_does_not_exist(item: int, clerk: AbstractUser, stranger: AbstractUser) -> None:
    for actor in (clerk, stranger):
        for act in (items.claim, items.release, items.complete):
            with pytest.raises(NotFound):
                act(item, actor)
    with pytest.raises(NotFound):
        items.claim(item + 1, clerk)


def test_an_operator_assigns_to_anybody_who_exists(item: int, operator: AbstractUser, clerk: AbstractUser) -> None:
    items.assign(item, operator, "clerk")
    assert holder(item) == "clerk"
    with pytest.raises(Invalid):
        items.assign(item, operator, "nobody")
    items.complete(item, clerk)
    assert WorkItem.objects.get(pk=item).ended_by == "clerk"


def test_an_operator_does_not_do_other_peoples_work(item: int, operator: AbstractUser) -> None:
    with pytest.raises(Forbidden):
        items.complete(item, operator)
    with pytest.raises(Forbidden):
        items.claim(item, operator)


@pytest.mark.parametrize(("outcome", "end"), [("approve", "approved"), ("reject", "rejected")])
def test_the_outcome_chooses_the_way(outcome: str, end: str, manager: AbstractUser) -> None:
    from engine.service.history import read_state

    deploy(DECIDED)
    instance = instances.start("p", None)
    items.complete(item_of(instance).pk, manager, {"comment": "fine"}, outcome=outcome)
    row = Instance.objects.select_related("version").get(pk=instance)
    assert row.variables == {"comment": "fine", "outcome": outcome}
    assert end in {visit["node"] for visit in read_state(row)["visited"]}
    assert status_of(instance) == "completed"


def test_an_item_is_completed_once(item: int, manager: AbstractUser) -> None:
    items.complete(item, manager)
    with pytest.raises(Conflict):
        items.complete(item, manager)
    with pytest.raises(Conflict):
        items.claim(item, manager)


def test_variables_that_no_database_keeps_complete_nothing(item: int, manager: AbstractUser) -> None:
    with pytest.raises(Invalid):
        items.complete(item, manager, {"text": "a\0b"})
    assert WorkItem.objects.get(pk=item).get_status_display() == "open"


def test_who_did_the_first_step_does_not_do_the_one_that_wants_other_eyes(
    manager: AbstractUser, other_manager: AbstractUser
) -> None:
    second = REVIEW.replace('id="review" name="Review"', 'id="second"').replace(
        "<extensionElements>", '<extensionElements><statewright:fourEyes nodes="review"/>'
    )
    deploy(sequence(REVIEW, second))
    instance = instances.start("p", None)
    items.complete(item_of(instance).pk, manager)
    for act in (items.claim, items.complete):
        with pytest.raises(Forbidden) as caught:
            act(item_of(instance).pk, manager)
        assert caught.value.code == "four-eyes"
    items.complete(item_of(instance).pk, other_manager)
    assert status_of(instance) == "completed"


def test_who_started_the_case_does_not_do_the_step_that_wants_other_eyes_than_theirs(
    manager: AbstractUser, other_manager: AbstractUser
) -> None:
    deploy(sequence(REVIEW.replace("<extensionElements>", '<extensionElements><statewright:fourEyes nodes="start"/>')))
    instance = instances.start("p", manager)
    with pytest.raises(Forbidden) as caught:
        items.complete(item_of(instance).pk, manager)
    assert caught.value.code == "four-eyes"
    items.complete(item_of(instance).pk, other_manager)
    assert status_of(instance) == "completed"


@pytest.mark.django_db(transaction=True)
class TestRaces:
    """Two people at the same moment: one wins, the other hears who was first, and history has one winner."""

    def race(self, *acts: Callable[[], object]) -> list[ServiceError | None]:
        start = threading.Barrier(len(acts))
        outcomes: list[ServiceError | None] = [None] * len(acts)

        def run(number: int, act: Callable[[], object]) -> None:
            try:
                start.wait(10)
                act()
            except ServiceError as error:
                outcomes[number] = error
            finally:
                connection.close()

        threads = [threading.Thread(target=run, args=one) for one in enumerate(acts)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        return outcomes

    def test_one_of_two_claims_wins(self, item: int, manager: AbstractUser, other_manager: AbstractUser) -> None:
        outcomes = self.race(lambda: items.claim(item, manager), lambda: items.claim(item, other_manager))
        losers = [outcome for outcome in outcomes if outcome is not None]
        assert [type(loser) for loser in losers] == [Conflict]
        assert holder(item) == ("manager" if outcomes[0] is None else "other")

    def test_one_of_two_completions_wins(self, item: int, manager: AbstractUser, other_manager: AbstractUser) -> None:
        people = (manager, other_manager)
        outcomes = self.race(*(lambda who=who: items.complete(item, who, {"by": who.username}) for who in people))
        losers = [outcome for outcome in outcomes if outcome is not None]
        assert [type(loser) for loser in losers] == [Conflict]
        row = WorkItem.objects.get(pk=item)
        instance = Instance.objects.get(pk=row.instance_id)
        assert instance.variables == {"by": row.ended_by}
        assert Step.objects.filter(id__range=span(instance.pk)).count() == instance.revision

    def test_a_completion_and_a_cancellation_leave_one_end(
        self, item: int, manager: AbstractUser, operator: AbstractUser
    ) -> None:
        instance = WorkItem.objects.get(pk=item).instance_id
        outcomes = self.race(lambda: items.complete(item, manager), lambda: instances.cancel(instance, operator))
        assert sum(outcome is None for outcome in outcomes) == 1
        assert status_of(instance) == ("completed" if outcomes[0] is None else "cancelled")

    def test_many_starts_with_one_idempotency_key_are_one_instance(self, clerk: AbstractUser) -> None:
        deploy(PLAIN)
        outcomes = self.race(*[lambda: instances.start("p", clerk, idempotency_key="k")] * 4)
        assert outcomes == [None] * 4
        assert Instance.objects.count() == 1


def test_task_listeners_hear_who_gets_the_task_while_it_stays_open(manager: AbstractUser) -> None:
    listeners = "".join(
        f'<camunda:taskListener event="{event}" class="{event}"/>' for event in ("assignment", "update", "create")
    )
    with patch.dict(HANDLERS, dict.fromkeys(("assignment", "update", "create"), lambda job: {})):
        deploy(sequence(REVIEW.replace("<zeebe:userTask/>", listeners)))
    instance = instances.start("p", None)
    (job,) = jobs.lease(["create", "assignment", "update"], "me", seconds=60)
    assert job.type == "create"
    jobs.complete(job.id, "me")
    found = item_of(instance)
    items.claim(found.pk, manager)
    heard = jobs.lease(["create", "assignment", "update"], "me", seconds=60)
    assert sorted(job.type for job in heard) == ["assignment", "update"]
    for job in heard:
        jobs.complete(job.id, "me", {job.type: True})
    assert WorkItem.objects.get(pk=found.pk).assignee == "manager"
    items.complete(found.pk, manager)
    assert status_of(instance) == "completed"
    assert Instance.objects.get(pk=instance).variables == {"assignment": True, "update": True}
