"""Figures of a process: how many ended how, how long steps took, and that each figure has an instance behind it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import AbstractUser

from engine.models import Instance, Job, Step
from engine.models.keys import span
from engine.service import external, insights, instances, items, jobs
from engine.service.insights import Timed, read_figures, spread_of
from tests.service.diagrams import CHARGED, DECIDED, deploy, item_of, the_process

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 30, 12, tzinfo=UTC)


def place(instance: int, started_at: datetime, length: timedelta) -> None:
    """Move a completed instance in time: it waited for its one task."""
    Instance.objects.filter(pk=instance).update(started_at=started_at, ended_at=started_at + length)
    first, second = Step.objects.filter(id__range=span(instance)).order_by("id")
    Step.objects.filter(pk=first.pk).update(at=started_at)
    Step.objects.filter(pk=second.pk).update(at=started_at + length)


def finish(manager: AbstractUser, started_at: datetime, minutes: int) -> int:
    instance = instances.start("p", None)
    items.complete(item_of(instance).pk, manager, outcome="approve")
    place(instance, started_at, timedelta(minutes=minutes))
    return instance


def figures(actor: AbstractUser | None = None, days: int = 7) -> insights.Figures:
    found = read_figures(actor, the_process().pk, NOW - timedelta(days=days), NOW, ZoneInfo("Europe/Berlin"))
    assert found is not None
    return found


def test_instances_are_counted_on_the_day_of_their_start_where_the_reader_is(manager: AbstractUser) -> None:
    deploy(DECIDED)
    finish(manager, datetime(2026, 3, 28, 22, 30, tzinfo=UTC), 1)  # 23:30 in Berlin
    finish(manager, datetime(2026, 3, 28, 23, 30, tzinfo=UTC), 1)  # past midnight there; this night has 23 hours
    days = {slot.at.date().isoformat(): slot for slot in figures().slots}
    assert (days["2026-03-28"].completed, days["2026-03-29"].completed) == (1, 1)
    assert list(days) == [f"2026-03-{day}" for day in range(23, 31)]


def test_a_day_is_told_by_the_hour(manager: AbstractUser) -> None:
    deploy(DECIDED)
    finish(manager, NOW - timedelta(hours=2), 1)
    found = figures(days=1)
    assert found.is_hourly
    assert [slot.at.astimezone(UTC).hour for slot in found.slots if slot.started] == [10]


def test_time_at_a_step_is_spread_over_real_instances(manager: AbstractUser) -> None:
    deploy(DECIDED)
    made = [finish(manager, NOW - timedelta(days=1), minutes) for minutes in (1, 2, 3, 4, 100)]
    review = next(step for step in figures().steps if step.node == "review")
    assert review.entered == 5
    assert review.spread is not None
    assert (review.spread.p50, review.spread.p95) == (
        Timed(timedelta(minutes=3), made[2]),
        Timed(timedelta(minutes=100), made[4]),
    )
    assert figures().steps[0].node == "review", "most time went there"


def test_what_still_runs_has_no_length_yet() -> None:
    deploy(DECIDED)
    instance = instances.start("p", None)
    Instance.objects.filter(pk=instance).update(started_at=NOW - timedelta(hours=50))
    found = figures()
    review = next(step for step in found.steps if step.node == "review")
    assert (found.started, found.completed, found.duration, review.spread) == (1, 0, None, None)


def test_failed_attempts_and_incidents_are_counted_at_their_step() -> None:
    deploy(CHARGED)
    instance = instances.start("p", None)
    Instance.objects.filter(pk=instance).update(started_at=NOW - timedelta(hours=50))
    (job,) = jobs.lease(["charge-card"], "w", seconds=60)
    jobs.fail(job.id, "w", "no", retries=1, retry_after=0)
    (job,) = jobs.lease(["charge-card"], "w", seconds=60)
    jobs.fail(job.id, "w", "no", retries=0)
    charge = next(step for step in figures().steps if step.node == "charge")
    assert (charge.retries, charge.incidents) == (1, 1)


def test_a_lock_of_a_worker_is_no_failed_attempt() -> None:
    deploy(CHARGED)
    instance = instances.start("p", None)
    Instance.objects.filter(pk=instance).update(started_at=NOW - timedelta(hours=50))
    external.lock(None, "w", Job.objects.get().pk, 60)
    charge = next(step for step in figures().steps if step.node == "charge")
    assert (charge.retries, charge.incidents) == (0, 0)


def test_steps_are_measured_on_the_newest_and_the_answer_says_on_how_many(
    manager: AbstractUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(insights, "MOST_MEASURED", 2)
    deploy(DECIDED)
    for minutes in (1, 2, 3):
        finish(manager, NOW - timedelta(days=1), minutes)
    found = figures()
    assert (found.started, found.measured) == (3, 2)
    assert next(step for step in found.steps if step.node == "review").entered == 2


def test_figures_are_for_those_who_may_see_the_process(stranger: AbstractUser) -> None:
    deploy(DECIDED)
    assert read_figures(stranger, the_process().pk, NOW - timedelta(days=1), NOW, UTC) is None


@pytest.mark.parametrize(("number", "p50", "p95", "p99"), [(1, 0, 0, 0), (2, 1, 1, 1), (100, 50, 95, 99)])
def test_a_spread_names_values_that_were_there(number: int, p50: int, p95: int, p99: int) -> None:
    spread = spread_of([Timed(timedelta(seconds=second), second) for second in reversed(range(number))])
    assert spread is not None
    assert (spread.p50.instance, spread.p95.instance, spread.p99.instance) == (p50, p95, p99)
