"""A transaction: cancelled as a whole while it goes, undone as a whole when it is over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gallery.examples.food_delivery.services import CARDS, COURIERS, KITCHEN, MAIL
from gallery.services import Service, effects
from tests.gallery.running import GalleryRun

pytestmark = pytest.mark.django_db
ORDER = {"customer": "Alan", "address": "4 Mill Lane", "dishes": "2 pizzas", "amount": 24.5}
AGREED = ["reserve dishes", "charge card", "assign courier"]


@pytest.fixture
def run(gallery_run: GalleryRun) -> GalleryRun:
    gallery_run.install("food_delivery")
    return gallery_run


def start(run: GalleryRun) -> int:
    instance = run.submit_start("food_delivery", ORDER)
    run.work()
    return instance


def actions(instance: int) -> list[str]:
    return [effect.action for effect in effects(instance)]


def test_an_order_on_which_all_agree_is_delivered(run: GalleryRun) -> None:
    instance = start(run)
    run.complete(instance, "hand_over", {"note": ""}, by="clerk", outcome="delivered")
    seen = run.instance(instance)
    assert (seen.status, seen.entered[-1], actions(instance)) == ("completed", "delivered", AGREED)


@pytest.mark.parametrize(
    ("service", "done"),
    [
        (KITCHEN, ["tell customer"]),
        (CARDS, ["reserve dishes", "call off dishes", "tell customer"]),
        (COURIERS, ["reserve dishes", "charge card", "refund card", "call off dishes", "tell customer"]),
    ],
)
def test_whoever_refuses_the_others_are_taken_back_last_first(
    run: GalleryRun, service: Service, done: list[str]
) -> None:
    service.switch("refusing", note="No.")
    seen = run.instance(start(run))
    assert (seen.status, seen.entered[-1], actions(seen.id)) == ("completed", "not_ordered", done)
    assert MAIL.effects(seen.id)[0].asked == {"customer": "Alan", "reason": "No."}


def test_an_order_that_nobody_takes_is_undone_though_its_transaction_was_complete(run: GalleryRun) -> None:
    instance = start(run)
    run.complete(instance, "hand_over", {"note": "Rang twice"}, by="clerk", outcome="nobody")
    run.work()
    seen = run.instance(instance)
    assert (seen.status, seen.entered[-1]) == ("completed", "sent_back")
    assert actions(instance)[3:] == ["release courier", "refund card", "call off dishes"]


def test_a_refund_that_fails_holds_the_rest_of_the_undoing_until_it_is_retried(run: GalleryRun) -> None:
    instance = start(run)
    CARDS.switch("failing", note="Bank holiday.")
    run.complete(instance, "hand_over", {"note": ""}, by="clerk", outcome="nobody")
    run.move_clock(timedelta(minutes=5))
    seen = run.instance(instance)
    assert seen.incidents == [("refund_card", "job-failed", "Bank holiday.")]
    assert actions(instance)[3:] == ["release courier"]
    CARDS.switch("well")
    run.retry(instance, "refund_card")
    run.work()
    seen = run.instance(instance)
    assert (seen.status, seen.entered[-1]) == ("completed", "sent_back")
    assert actions(instance)[3:] == ["release courier", "refund card", "call off dishes"]


def test_an_order_that_is_sent_twice_is_charged_and_refunded_once(run: GalleryRun) -> None:
    CARDS.switch("duplicate")
    COURIERS.switch("refusing")
    instance = start(run)
    assert [(one.action, one.calls) for one in CARDS.calls(instance)] == [("charge card", 2), ("refund card", 2)]


def test_slow_couriers_are_waited_for(run: GalleryRun) -> None:
    COURIERS.switch("slow", seconds=0.01)
    assert run.instance(start(run)).tokens == ["hand_over"]
