"""An event that comes, comes twice, too early, too late, or not at all."""

from __future__ import annotations

from datetime import timedelta

import pytest

from api.models import UnmatchedEvent
from engine.models import BufferedMessage
from engine.service import work
from gallery.examples.payment_reminder.services import MAIL, WAREHOUSE
from gallery.services import effects
from tests.gallery.running import GalleryRun

pytestmark = pytest.mark.django_db
ORDER = {"order": "ORDER-7", "customer": "Hedy", "amount": 59.9}
QUARTER = timedelta(minutes=15)


@pytest.fixture
def run(gallery_run: GalleryRun) -> GalleryRun:
    gallery_run.install("payment_reminder")
    return gallery_run


def order(run: GalleryRun) -> int:
    instance = run.submit_start("payment_reminder", ORDER)
    run.work()
    return instance


def pay(run: GalleryRun, event: str = "1") -> str:
    status = run.receive("payment.received", event, subject="ORDER-7", data={"amount": 59.9})
    run.work()
    return status


def actions(instance: int) -> list[str]:
    return [effect.action for effect in effects(instance)]


def test_an_order_that_is_paid_in_time_is_shipped_without_a_word(run: GalleryRun) -> None:
    instance = order(run)
    run.move_clock(timedelta(minutes=14))
    assert pay(run) == "done"
    run.move_clock(timedelta(hours=1))
    seen = run.instance(instance)
    assert (seen.status, seen.variables["paid"], actions(instance)) == ("completed", 59.9, ["ship order"])


def test_after_fifteen_minutes_there_is_a_reminder_and_the_payment_still_counts(run: GalleryRun) -> None:
    instance = order(run)
    run.move_clock(QUARTER)
    assert actions(instance) == ["send reminder"]
    assert pay(run) == "done"
    assert (run.instance(instance).status, actions(instance)) == ("completed", ["send reminder", "ship order"])


def test_after_thirty_minutes_the_order_is_cancelled(run: GalleryRun) -> None:
    instance = order(run)
    run.move_clock(2 * QUARTER)
    seen = run.instance(instance)
    assert (seen.status, seen.entered[-1]) == ("completed", "cancelled")
    assert actions(instance) == ["send reminder", "cancel order"]


def test_a_payment_that_is_sent_twice_counts_once(run: GalleryRun) -> None:
    instance = order(run)
    assert [pay(run, "1"), pay(run, "1")] == ["done", "known"]
    assert [one.calls for one in WAREHOUSE.calls(instance)] == [1]


def test_a_payment_that_comes_before_its_order_waits_for_it(run: GalleryRun) -> None:
    assert pay(run) == "kept"
    instance = order(run)
    assert (run.instance(instance).status, actions(instance)) == ("completed", ["ship order"])


def test_a_payment_that_comes_too_late_is_kept_where_a_person_sees_it(run: GalleryRun) -> None:
    order(run)
    run.move_clock(2 * QUARTER)
    assert pay(run) == "kept"
    BufferedMessage.objects.update(expires_at=run.now)
    work.sweep()
    (late,) = UnmatchedEvent.objects.filter(kept_as="")
    assert (late.type, late.content["subject"], late.handled_at) == ("payment.received", "ORDER-7", None)


def test_mail_that_is_down_holds_up_neither_the_payment_nor_the_end(run: GalleryRun) -> None:
    MAIL.switch("failing")
    instance = order(run)
    run.move_clock(timedelta(minutes=20))
    assert [node for node, _, _ in run.instance(instance).incidents] == ["send_reminder"]
    pay(run)
    seen = run.instance(instance)
    assert (seen.status, seen.incidents, actions(instance)) == ("completed", [], ["ship order"])


def test_a_warehouse_that_fails_is_asked_again_and_ships_once(run: GalleryRun) -> None:
    WAREHOUSE.switch("failing")
    instance = order(run)
    pay(run)
    run.move_clock(timedelta(seconds=1))
    WAREHOUSE.switch("duplicate")
    run.move_clock(timedelta(minutes=1))
    assert run.instance(instance).status == "completed"
    assert [(one.action, one.calls) for one in WAREHOUSE.effects(instance)] == [("ship order", 3)]


@pytest.mark.parametrize("mode", ["refusing", "slow"])
def test_what_cannot_be_shipped_is_an_incident_and_what_is_slow_is_shipped(run: GalleryRun, mode: str) -> None:
    WAREHOUSE.switch(mode, seconds=0.01)
    instance = order(run)
    pay(run)
    assert bool(run.instance(instance).incidents) is (mode == "refusing")
