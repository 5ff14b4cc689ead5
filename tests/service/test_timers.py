"""Timers: what is due fires once, whoever looks; the tests move the due date, not the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AbstractUser

from engine.models import Instance, ProcessStart, Timer, WorkItem
from engine.models.keys import span
from engine.service import instances, items, work
from engine.service.history import read_state
from tests.core.parse.texts import sequence
from tests.service.diagrams import LATE, PLAIN, TIMED_START, boundary, deploy, item_of, status_of, timer

pytestmark = pytest.mark.django_db

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def make_due(instance: int) -> None:
    assert Timer.objects.filter(id__range=span(instance)).update(due=LONG_AGO)


def visited(instance: int) -> set[str]:
    row = Instance.objects.select_related("version").get(pk=instance)
    return {visit["node"] for visit in read_state(row)["visited"]}


def test_a_timer_waits_for_as_long_as_the_diagram_says() -> None:
    deploy(LATE)
    instance = instances.start("p", None)
    due = Timer.objects.get(id__range=span(instance)).due
    assert due - Instance.objects.get(pk=instance).started_at == timedelta(days=2)
    assert work.fire_timers() == 0


def test_an_interrupting_boundary_timer_takes_the_task_away() -> None:
    deploy(LATE)
    instance = instances.start("p", None)
    make_due(instance)
    assert work.fire_timers() == 1
    assert status_of(instance) == "completed"
    assert {"late", "missed"} <= visited(instance)
    assert WorkItem.objects.get().get_status_display() == "cancelled"
    assert read_state(Instance.objects.get(pk=instance))["interrupted"] == ["review"]
    assert work.fire_timers() + work.advance_deliveries() == 0


def test_a_task_that_is_done_in_time_ends_its_timer(manager: AbstractUser) -> None:
    deploy(LATE)
    instance = instances.start("p", None)
    items.complete(item_of(instance).pk, manager)
    assert not Timer.objects.exists()
    assert "missed" not in visited(instance)


def test_a_repeating_timer_that_does_not_interrupt_fires_as_often_as_it_says() -> None:
    deploy(boundary(timer("<timeCycle>R2/PT1H</timeCycle>"), ways='cancelActivity="false"'))
    instance = instances.start("p", None)
    for _ in range(2):
        make_due(instance)
        work.fire_timers()
    assert not Timer.objects.exists()
    assert status_of(instance) == "active"
    row = Instance.objects.select_related("version").get(pk=instance)
    assert {"node": "missed", "count": 2} in read_state(row)["visited"]


def test_due_timers_of_many_instances_fire_in_one_batch() -> None:
    deploy(LATE)
    running = [instances.start("p", None) for _ in range(5)]
    Timer.objects.update(due=LONG_AGO)
    assert work.fire_timers() == 5
    assert {status_of(instance) for instance in running} == {"completed"}


def test_a_start_timer_starts_and_counts_down() -> None:
    deploy(TIMED_START)
    for left in (1, 0, 0):
        ProcessStart.objects.update(due=LONG_AGO)
        work.fire_timer_starts()
        assert ProcessStart.objects.get().remaining == left
    assert Instance.objects.count() == 3
    assert ProcessStart.objects.get().due is None


def test_a_start_timer_of_a_suspended_process_waits(operator: AbstractUser) -> None:
    deploy(TIMED_START)
    ProcessStart.objects.update(due=LONG_AGO)
    process = ProcessStart.objects.select_related("version__process").get().version.process
    instances.suspend_process(process, operator, is_suspended=True)
    assert work.fire_timer_starts() == 0


def test_a_start_timer_that_cannot_start_does_not_hold_up_the_others() -> None:
    failing = TIMED_START.replace('id="p"', 'id="q"').replace("PT1H", "PT2H")
    failing = failing.replace(
        '<sequenceFlow id="a" sourceRef="start" targetRef="review"/>',
        '<exclusiveGateway id="g"/><sequenceFlow id="x" sourceRef="start" targetRef="g"/>'
        '<sequenceFlow id="a" sourceRef="g" targetRef="review"><conditionExpression>=false</conditionExpression>'
        "</sequenceFlow>",
    )
    deploy(failing, TIMED_START)
    ProcessStart.objects.update(due=LONG_AGO)
    work.fire_timer_starts()
    assert [row.version.process.key for row in Instance.objects.select_related("version__process")] == ["p"]
    assert not ProcessStart.objects.filter(due=LONG_AGO).exists()


def test_an_intermediate_timer_in_the_past_goes_on_with_the_next_look() -> None:
    past = timer("<timeDate>2001-01-01T00:00:00Z</timeDate>")
    deploy(sequence(f'<intermediateCatchEvent id="wait">{past}</intermediateCatchEvent>'))
    instance = instances.start("p", None)
    work.sweep()
    assert status_of(instance) == "completed"


def test_nothing_fires_where_nothing_is_due() -> None:
    deploy(PLAIN)
    instances.start("p", None)
    assert work.sweep() == 0
