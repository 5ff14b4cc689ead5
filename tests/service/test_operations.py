"""How the installation does: queues, jobs, timers and messages; a timer fired by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import AbstractUser

from engine.models import Instance, Job, Timer
from engine.service import instances, jobs, operations
from engine.service.chronicle import Chronicle
from engine.service.errors import Conflict, Forbidden, NotFound
from engine.service.moments import iterate_moments
from tests.service.diagrams import CHARGED, LATE, WAITING, boundary, deploy, status_of, timer

pytestmark = pytest.mark.django_db


def queue(actor: AbstractUser, name: str) -> operations.QueueFigures:
    return next(one for one in operations.read_queues(actor) if one.name == name)


def test_what_is_due_waits_and_the_oldest_tells_the_lag(operator: AbstractUser) -> None:
    deploy(LATE)
    instances.start("p", None)
    assert queue(operator, "timers") == ("timers", 0, timedelta(), 1)
    Timer.objects.update(due="2000-01-01T00:00:00Z")
    assert queue(operator, "timers").waiting == 1
    assert queue(operator, "timers").lag > timedelta(days=365)


def test_jobs_are_counted_by_type_and_by_who_has_them(operator: AbstractUser) -> None:
    deploy(CHARGED)
    for _turn in range(4):
        instances.start("p", None)
    jobs.lease(["charge-card"], "w", seconds=60, limit=1)
    (failed,) = jobs.lease(["charge-card"], "w", seconds=60, limit=1)
    jobs.fail(failed.id, "w", "no", retries=0)
    (figures,) = operations.read_jobs(operator)
    assert (figures.type, figures.waiting, figures.held, figures.stuck) == ("charge-card", 2, 1, 1)
    assert Job.objects.count() == 4


def test_waits_for_messages_are_counted_by_name(operator: AbstractUser) -> None:
    deploy(WAITING)
    instances.start("p", None, variables={"order": "1"})
    instances.start("p", None, variables={"order": "2"})
    assert operations.list_awaited(operator) == [{"kind": 0, "name": "paid", "number": 2}]
    instances.send_message("refused", None, key="9", time_to_live=60)
    assert [row.name for row in operations.list_messages(operator)] == ["refused"]
    assert operations.count_all(operator) == {"running": 2, "incidents": 0, "subscriptions": 2, "buffered": 1}


def test_a_timer_is_fired_before_its_time_and_history_says_by_whom(operator: AbstractUser) -> None:
    deploy(LATE)
    instance = instances.start("p", None)
    (row,) = operations.list_timers(operator)
    operations.fire_now(row.pk, operator, reason="the customer called")
    assert status_of(instance) == "completed"
    action = Chronicle(iterate_moments(Instance.objects.get(pk=instance))).actions[-1]
    assert (action.actor, action.reason) == ("operator", "the customer called")
    with pytest.raises(NotFound):
        operations.fire_now(row.pk, operator)


def test_a_repeating_timer_keeps_its_further_moments(operator: AbstractUser) -> None:
    deploy(boundary(timer("<timeCycle>R3/PT1H</timeCycle>"), ways='cancelActivity="false"'))
    instances.start("p", None)
    (first,) = operations.list_timers(operator)
    operations.fire_now(first.pk, operator)
    (second,) = operations.list_timers(operator)
    assert second.due - first.due == timedelta(hours=1)


def test_timers_of_a_suspended_instance_wait(operator: AbstractUser) -> None:
    deploy(LATE)
    instance = instances.start("p", None)
    instances.suspend(instance, operator)
    assert operations.list_timers(operator) == []
    with pytest.raises(Conflict):
        operations.fire_now(Timer.objects.get().pk, operator)


def test_operations_are_for_operators(clerk: AbstractUser, modeler: AbstractUser) -> None:
    deploy(LATE)
    instances.start("p", None)
    for ask in (operations.read_queues, operations.read_jobs, operations.count_all, operations.list_messages):
        with pytest.raises(Forbidden):
            ask(modeler)
    assert operations.list_timers(modeler) == []
    with pytest.raises(Forbidden):
        operations.fire_now(Timer.objects.get().pk, modeler)
    with pytest.raises(NotFound):
        operations.fire_now(Timer.objects.get().pk, clerk)
