"""Work items on their way between people: delegated and handed back, planned, taken by who completes them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import AbstractUser

from engine.models import Instance, Step, WorkItem
from engine.push.signals import work_handed
from engine.service import handing, instances, items, worklist
from engine.service.errors import Conflict, Forbidden, Invalid, NotFound
from tests.service.diagrams import PLAIN, deploy, item_of

pytestmark = pytest.mark.django_db

LATER = datetime(2031, 5, 1, tzinfo=UTC)


@pytest.fixture
def item(manager: AbstractUser) -> int:
    """One that the manager has claimed."""
    deploy(PLAIN)
    key = int(item_of(instances.start("p", None)).pk)
    items.claim(key, manager)
    return key


def test_a_delegate_hands_back_and_only_the_owner_completes(
    item: int, manager: AbstractUser, clerk: AbstractUser
) -> None:
    handing.delegate(item, manager, "clerk")
    assert worklist.get_item(clerk, item).assignee == "clerk"
    with pytest.raises(Forbidden) as caught:
        items.complete(item, clerk)
    assert caught.value.code == "delegated"
    with pytest.raises(Forbidden):
        items.complete(item, manager)
    assert handing.resolve(item, clerk) == "manager"
    with pytest.raises(NotFound):
        worklist.get_item(clerk, item)
    items.complete(item, manager)


def test_the_owner_keeps_a_delegated_item_in_sight(
    item: int, manager: AbstractUser, clerk: AbstractUser, stranger: AbstractUser
) -> None:
    handing.delegate(item, manager, "stranger")
    manager.groups.clear()
    manager.__dict__.pop("_statewright_groups", None)
    assert worklist.get_item(manager, item).owner == "manager"
    with pytest.raises(NotFound):
        worklist.get_item(clerk, item)


def test_a_delegate_who_releases_gives_the_item_back_to_its_owner(
    item: int, manager: AbstractUser, clerk: AbstractUser
) -> None:
    handing.delegate(item, manager, "clerk")
    items.release(item, clerk)
    row = WorkItem.objects.get(pk=item)
    assert (row.assignee, row.owner) == ("manager", None)


def test_only_who_has_an_item_delegates_it_and_never_to_its_owner(
    item: int, manager: AbstractUser, other_manager: AbstractUser
) -> None:
    with pytest.raises(Forbidden):
        handing.delegate(item, other_manager, "clerk")
    with pytest.raises(Invalid):
        handing.delegate(item, manager, "manager")
    with pytest.raises(Invalid):
        handing.delegate(item, manager, "nobody-here")
    with pytest.raises(Conflict):
        handing.resolve(item, manager)


def test_dates_and_priority_are_planned_one_by_one(
    item: int, manager: AbstractUser, other_manager: AbstractUser
) -> None:
    handing.plan(item, manager, due=LATER, priority=80)
    handing.plan(item, manager, follow_up=LATER)
    row = WorkItem.objects.get(pk=item)
    assert (row.due, row.follow_up, row.priority) == (LATER, LATER, 80)
    handing.plan(item, manager, follow_up=None)
    assert WorkItem.objects.get(pk=item).follow_up is None
    with pytest.raises(Forbidden):
        handing.plan(item, other_manager, priority=1)
    zoneless = datetime(2030, 1, 1)  # noqa: DTZ001  that is what is wrong
    for wrong in ({"priority": 101}, {"priority": True}, {"due": "soon"}, {"due": zoneless}):
        with pytest.raises(Invalid):
            handing.plan(item, manager, **wrong)


def test_many_are_claimed_at_once_and_each_answers_for_itself(
    item: int, manager: AbstractUser, other_manager: AbstractUser
) -> None:
    second = item_of(instances.start("p", None)).pk
    answers = items.claim_many([item, second, 12345], other_manager)
    assert [type(answers[key]) for key in (item, second, 12345)] == [Conflict, type(None), NotFound]
    assert WorkItem.objects.get(pk=second).assignee == "other"


def test_one_that_is_named_twice_is_claimed_once(manager: AbstractUser) -> None:
    deploy(PLAIN)
    instance = instances.start("p", None)
    key = item_of(instance).pk
    before = Step.objects.of(instance).count()
    assert items.claim_many([key, key], manager) == {key: None}
    assert Step.objects.of(instance).count() == before + 1


def test_who_completes_what_nobody_had_taken_finds_it_among_their_done_work(manager: AbstractUser) -> None:
    deploy(PLAIN)
    key = item_of(instances.start("p", None)).pk
    items.complete(key, manager)
    assert WorkItem.objects.get(pk=key).assignee == "manager"


def test_an_instance_knows_who_started_it(clerk: AbstractUser) -> None:
    deploy(PLAIN)
    by_clerk, by_itself = instances.start("p", clerk), instances.start("p", None)
    assert [Instance.objects.get(pk=key).started_by for key in (by_clerk, by_itself)] == ["clerk", None]


def test_whoever_is_given_an_item_can_be_told(item: int, manager: AbstractUser, clerk: AbstractUser) -> None:
    heard: list[Any] = []

    def listen(**what: Any) -> None:
        heard.append(([row.id for row in what["opened"]], [tuple(one) for one in what["handed"]]))

    work_handed.connect(listen)
    try:
        handing.delegate(item, manager, "clerk")
        handing.resolve(item, clerk)
        second = item_of(instances.start("p", None)).pk
    finally:
        work_handed.disconnect(listen)
    assert heard == [
        ([], [(item, "clerk", "manager", "delegated")]),
        ([], [(item, "manager", "clerk", "returned")]),
        ([second], []),
    ]


def test_a_start_that_one_may_see_but_not_make_is_refused_as_such(operator: AbstractUser) -> None:
    deploy(PLAIN)
    with pytest.raises(Forbidden):
        instances.start("p", operator)
