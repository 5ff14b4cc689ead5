"""Backfills: each date once, so many at once, with pause, cancel and retry; and timer starts that know their date."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.contrib.auth.models import AbstractUser

from engine.models import Backfill, Incident, Instance, Process, ProcessStart
from engine.service import backfill, instances, jobs, work
from engine.service.backfill import Wish
from engine.service.backfill_work import continue_backfills
from engine.service.errors import Conflict, Forbidden, Invalid, NotFound
from tests.core.parse.texts import process
from tests.service.diagrams import CHARGED, SIGNALLED, deploy, job

pytestmark = pytest.mark.django_db

WEEK = Wish(date(2030, 1, 1), date(2030, 1, 7), limit=2)
NIGHTLY = process(
    '<startEvent id="start"><extensionElements><statewright:runDate variable="day"/></extensionElements>'
    "<timerEventDefinition><timeCycle>CRON_TZ=Asia/Tokyo 0 2 * * *</timeCycle></timerEventDefinition></startEvent>"
    + job()
    + '<endEvent id="end"/><sequenceFlow id="a" sourceRef="start" targetRef="charge"/>'
    '<sequenceFlow id="b" sourceRef="charge" targetRef="end"/>'
)


@pytest.fixture
def nightly(db: None) -> None:
    deploy(NIGHTLY)


def states(row: Backfill) -> str:
    """One letter for each date."""
    row.refresh_from_db()
    return "".join(run.state[0] for run in backfill.list_runs(row))


def work_off() -> None:
    while continue_backfills():
        pass


def finish(number: int) -> None:
    for found in jobs.lease(["charge-card"], "w", seconds=60, limit=number):
        jobs.complete(found.id, "w")


def break_down(number: int) -> None:
    for found in jobs.lease(["charge-card"], "w", seconds=60, limit=number):
        jobs.fail(found.id, "w", "No answer", retries=0)


def days_run() -> list[str]:
    return sorted(Instance.objects.values_list("business_key", flat=True))


def test_only_so_many_run_at_once_and_the_earliest_first(nightly: None, operator: AbstractUser) -> None:
    row = backfill.start_backfill(operator, "p", WEEK, expected=7)
    work_off()
    assert states(row) == "rrwwwww"
    finish(1)
    work_off()
    assert states(row) == "drrwwww"
    for _ in range(7):
        finish(7)
        work_off()
    assert states(row) == "ddddddd"
    assert (row.status, row.ended_at is not None) == (Backfill.Status.DONE, True)


def test_each_run_knows_its_date_and_who_asked_for_it(nightly: None, operator: AbstractUser) -> None:
    backfill.start_backfill(operator, "p", WEEK._replace(variables={"shop": "Lisbon"}))
    work_off()
    first = Instance.objects.order_by("pk")[0]
    assert (first.business_key, first.started_by) == ("2030-01-01", "operator")
    assert first.variables == {"day": "2030-01-01", "shop": "Lisbon"}


def test_a_date_that_has_run_is_not_run_twice_unless_asked(nightly: None, operator: AbstractUser) -> None:
    backfill.start_backfill(operator, "p", WEEK._replace(last=date(2030, 1, 2)))
    work_off()
    planned = backfill.plan(operator, "p", WEEK)
    assert (len(planned.dates), planned.known) == (5, [date(2030, 1, 1), date(2030, 1, 2)])
    again = WEEK._replace(last=date(2030, 1, 2), is_again=True)
    with pytest.raises(Conflict, match="has run already"):
        backfill.start_backfill(operator, "p", again._replace(is_again=False))
    backfill.start_backfill(operator, "p", again)
    work_off()
    assert days_run() == ["2030-01-01", "2030-01-01", "2030-01-02", "2030-01-02"]


def test_a_date_that_was_run_meanwhile_is_found(nightly: None, operator: AbstractUser) -> None:
    row = backfill.start_backfill(operator, "p", WEEK._replace(limit=1, last=date(2030, 1, 2)))
    work_off()
    start_by_timer(datetime(2030, 1, 1, 17, tzinfo=UTC))  # in Tokyo it is the 2nd
    finish(7)
    work_off()
    assert (states(row), days_run()) == ("dk", ["2030-01-01", "2030-01-02"])
    assert row.status == Backfill.Status.DONE


def test_a_cancelled_run_has_not_done_its_date(nightly: None, operator: AbstractUser) -> None:
    backfill.start_backfill(operator, "p", WEEK._replace(last=date(2030, 1, 1)))
    work_off()
    instances.cancel(Instance.objects.get().pk, operator)
    work_off()
    assert len(backfill.plan(operator, "p", WEEK).dates) == 7


def test_a_run_at_an_incident_takes_no_room(nightly: None, operator: AbstractUser) -> None:
    row = backfill.start_backfill(operator, "p", WEEK)
    work_off()
    break_down(1)
    work_off()
    assert states(row) == "irrwwww"


def test_retried_dates_do_their_failed_step_again_and_nothing_else(nightly: None, operator: AbstractUser) -> None:
    row = backfill.start_backfill(operator, "p", WEEK._replace(last=date(2030, 1, 2)))
    work_off()
    break_down(2)
    work_off()
    assert backfill.retry(operator, row.pk, days=[date(2030, 1, 2)]) == 1
    work_off()
    assert states(row) == "ir"
    assert (Instance.objects.count(), Incident.objects.filter(status=Incident.Status.OPEN).count()) == (2, 1)


def test_a_date_whose_run_is_over_gets_a_new_one_when_it_is_retried(nightly: None, operator: AbstractUser) -> None:
    row = backfill.start_backfill(operator, "p", WEEK._replace(last=date(2030, 1, 1)))
    work_off()
    instances.cancel(Instance.objects.get().pk, operator)
    work_off()
    assert (states(row), row.status) == ("c", Backfill.Status.DONE)
    backfill.retry(operator, row.pk)
    work_off()
    assert (states(row), row.status, Instance.objects.count()) == ("r", Backfill.Status.RUNNING, 2)


def test_paused_it_starts_nothing_until_it_is_resumed(nightly: None, operator: AbstractUser) -> None:
    row = backfill.start_backfill(operator, "p", WEEK)
    backfill.pause(operator, row.pk)
    work_off()
    assert states(row) == "wwwwwww"
    with pytest.raises(Conflict):
        backfill.pause(operator, row.pk)
    backfill.pause(operator, row.pk, is_paused=False)
    work_off()
    assert states(row) == "rrwwwww"


@pytest.mark.parametrize(("stops_runs", "expected"), [(False, "rrwwwww"), (True, "ccwwwww")])
def test_cancelled_it_starts_no_more(nightly: None, operator: AbstractUser, stops_runs: bool, expected: str) -> None:
    row = backfill.start_backfill(operator, "p", WEEK)
    work_off()
    backfill.cancel(operator, row.pk, stops_runs=stops_runs)
    work_off()
    assert states(row) == expected
    assert (row.status, row.ended_at is not None) == (Backfill.Status.CANCELLED, True)
    with pytest.raises(Conflict):
        backfill.cancel(operator, row.pk)
    with pytest.raises(Conflict):
        backfill.retry(operator, row.pk)


def test_two_backfills_do_not_plan_the_same_dates(nightly: None, operator: AbstractUser) -> None:
    backfill.start_backfill(operator, "p", WEEK)
    with pytest.raises(Conflict, match="still to run 2030-01-07"):
        backfill.start_backfill(operator, "p", WEEK._replace(first=date(2030, 1, 7), last=date(2030, 1, 9)))


def test_a_plain_start_takes_the_date_under_a_name_of_choice(operator: AbstractUser) -> None:
    deploy(CHARGED)
    backfill.start_backfill(operator, "p", WEEK._replace(variable="businessDate"))
    work_off()
    assert Instance.objects.order_by("pk")[0].variables == {"businessDate": "2030-01-01"}


def test_a_process_that_cannot_begin_is_the_error_of_its_date(operator: AbstractUser) -> None:
    gateway = (
        '<startEvent id="start"/><exclusiveGateway id="choice"/><endEvent id="a"/><endEvent id="b"/>'
        '<sequenceFlow id="f" sourceRef="start" targetRef="choice"/>'
    )
    flow = '<sequenceFlow id="to{0}" sourceRef="choice" targetRef="{0}"><conditionExpression>={1}</conditionExpression></sequenceFlow>'
    deploy(process(gateway + flow.format("a", 'date = "2030-01-02"') + flow.format("b", "false")))
    row = backfill.start_backfill(operator, "p", WEEK._replace(last=date(2030, 1, 3), limit=1))
    work_off()
    assert [run.state for run in backfill.list_runs(row)] == ["error", "done", "error"]
    row.refresh_from_db()
    assert (row.status, "flow" in backfill.list_runs(row)[0].error) == (Backfill.Status.DONE, True)


def test_months_count_from_the_first_date() -> None:
    days = backfill.list_dates(date(2030, 1, 31), date(2030, 4, 30), "month")
    assert [day.isoformat() for day in days] == ["2030-01-31", "2030-02-28", "2030-03-31", "2030-04-30"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"last": date(2029, 1, 1)}, "backfill-range"),
        ({"last": date(2039, 1, 1)}, "backfill-range"),
        ({"last": date(9999, 12, 31), "every": "month"}, "backfill-range"),
        ({"every": "hour"}, "backfill-every"),
        ({"limit": 0}, "backfill-limit"),
        ({"limit": 51}, "backfill-limit"),
        ({"variables": {"": 1}}, "variable-name"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    nightly: None, operator: AbstractUser, change: dict[str, Any], code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        backfill.start_backfill(operator, "p", WEEK._replace(**change))
    assert (refused.value.code, Backfill.objects.count()) == (code, 0)


def test_a_process_without_a_start_for_a_date_is_refused(operator: AbstractUser) -> None:
    deploy(
        SIGNALLED.replace(
            '<startEvent id="start"/>', '<startEvent id="start"><signalEventDefinition signalRef="s"/></startEvent>'
        )
    )
    with pytest.raises(Invalid, match="cannot be run for a date"):
        backfill.plan(operator, "p", WEEK)


def test_another_number_of_dates_than_was_shown_starts_nothing(nightly: None, operator: AbstractUser) -> None:
    with pytest.raises(Conflict):
        backfill.start_backfill(operator, "p", WEEK, expected=6)
    assert not Backfill.objects.exists()


def test_a_suspended_process_pauses_its_backfill(nightly: None, operator: AbstractUser) -> None:
    row = backfill.start_backfill(operator, "p", WEEK)
    Process.objects.update(is_suspended=True)
    work_off()
    assert (states(row), row.status) == ("wwwwwww", Backfill.Status.PAUSED)
    assert "suspended" in row.note


def test_who_has_lost_the_right_starts_nothing_more(nightly: None, operator: AbstractUser) -> None:
    row = backfill.start_backfill(operator, "p", WEEK)
    operator.groups.clear()
    work_off()
    assert (states(row), row.status) == ("wwwwwww", Backfill.Status.PAUSED)


def test_backfills_are_for_those_who_operate_the_process(
    nightly: None, operator: AbstractUser, clerk: AbstractUser, modeler: AbstractUser
) -> None:
    row = backfill.start_backfill(operator, "p", WEEK)
    for person, refusal in ((clerk, NotFound), (modeler, Forbidden)):
        for ask in (
            lambda who: backfill.start_backfill(who, "p", WEEK),
            lambda who: backfill.plan(who, "p", WEEK),
            lambda who: backfill.pause(who, row.pk),
            lambda who: backfill.cancel(who, row.pk),
            lambda who: backfill.retry(who, row.pk),
        ):
            with pytest.raises(refusal):
                ask(person)
    assert backfill.get_backfill(modeler, row.pk) == row
    with pytest.raises(NotFound):
        backfill.get_backfill(clerk, row.pk)
    with pytest.raises(NotFound):
        backfill.get_backfill(operator, 10**15)


def test_a_backfill_whose_worker_died_is_gone_on_with(
    nightly: None, operator: AbstractUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = backfill.start_backfill(operator, "p", WEEK)
    begin = instances.Unit.begin
    begun: list[int] = []

    def die_at_the_second(*args: Any, **more: Any) -> int:
        if begun:
            raise KeyboardInterrupt
        begun.append(1)
        return begin(*args, **more)

    monkeypatch.setattr(instances.Unit, "begin", die_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        continue_backfills()
    monkeypatch.undo()
    Backfill.objects.update(leased_until="2000-01-01T00:00:00Z")
    work_off()
    assert (states(row), days_run()) == ("rrwwwww", ["2030-01-01", "2030-01-02"])


def start_by_timer(moment: datetime) -> None:
    """As if it were that time; the cron line goes on from there."""
    ProcessStart.objects.update(due=moment)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return moment

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(work, "datetime", Clock)
        assert work.fire_timer_starts() == 1


def test_a_timer_start_has_the_date_of_its_moment_in_its_own_zone(nightly: None) -> None:
    start_by_timer(datetime(2030, 1, 31, 17, tzinfo=UTC))  # 2:00 of the 1st in Tokyo
    found = Instance.objects.get()
    assert (found.business_key, found.variables) == ("2030-02-01", {"day": "2030-02-01"})


def test_a_date_that_was_backfilled_is_not_started_by_its_timer(nightly: None, operator: AbstractUser) -> None:
    backfill.start_backfill(operator, "p", WEEK._replace(last=date(2030, 1, 1)))
    work_off()
    start_by_timer(datetime(2029, 12, 31, 17, tzinfo=UTC))
    assert days_run() == ["2030-01-01"]
    start_by_timer(datetime(2030, 1, 1, 17, tzinfo=UTC))
    assert days_run() == ["2030-01-01", "2030-01-02"]
