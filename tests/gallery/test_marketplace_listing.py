"""Orchestration with events between: what happens inside is led, what others make of it is theirs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from gallery.examples.marketplace_listing.services import ALERTS, PAYOUTS, SEARCH, WINDOW
from gallery.services import effects
from tests.gallery.running import GalleryRun

pytestmark = pytest.mark.django_db
OFFER: dict[str, Any] = {"seller": "Radia", "title": "Bicycle", "category": "bicycles", "price": 240}


@pytest.fixture
def run(gallery_run: GalleryRun) -> GalleryRun:
    gallery_run.install("marketplace_listing")
    return gallery_run


def offer(run: GalleryRun, **others: Any) -> int:
    instance = run.submit_start("marketplace_listing", OFFER | others)
    run.work()
    return instance


def tell(run: GalleryRun, kind: str, instance: int, event: str = "1") -> str:
    listing = run.instance(instance).variables["listing"]
    status = run.receive(f"market.{kind}", event, subject=listing, data={"buyer": "Ada"})
    run.work()
    return status


def actions(instance: int) -> list[str]:
    return [effect.action for effect in effects(instance)]


def state_of(run: GalleryRun, process: str) -> list[str]:
    (instance,) = run.find(process)
    seen = run.instance(instance)
    return seen.tokens or [seen.entered[-1]]


def test_a_plain_listing_is_published_and_others_hear_of_it(run: GalleryRun) -> None:
    seen = run.instance(offer(run))
    assert (seen.tokens, actions(seen.id)) == (["wait"], ["publish"])
    assert (state_of(run, "listing_search"), state_of(run, "listing_alerts")) == (["closed"], ["told"])
    assert ALERTS.effects()[0].asked == {"category": "bicycles", "price": 240}


def test_a_sold_item_is_paid_out_and_vanishes_from_the_search(run: GalleryRun) -> None:
    instance = offer(run)
    assert tell(run, "item-sold", instance) == "done"
    seen = run.instance(instance)
    assert (seen.status, seen.variables["buyer"]) == ("completed", "Ada")
    assert actions(instance) == ["publish", "pay seller", "take down"]
    assert state_of(run, "listing_search") == ["gone"]


def test_one_listing_that_is_sold_leaves_the_others_in_the_search(run: GalleryRun) -> None:
    sold, kept = offer(run), offer(run, title="Chair", category="furniture")
    tell(run, "item-sold", sold)
    assert [run.instance(one).tokens for one in run.find("listing_search")] == [[], ["closed"]]
    assert run.instance(kept).tokens == ["wait"]


def test_what_is_dear_is_reviewed_before_anybody_hears_of_it(run: GalleryRun) -> None:
    instance = offer(run, price=7900)
    assert (run.instance(instance).tokens, run.find("listing_search")) == (["review"], [])
    run.complete(instance, "review", {"comment": "Has papers"}, by="manager", outcome="approve")
    run.work()
    assert run.instance(instance).tokens == ["wait"]
    assert len(run.find("listing_search")) == 1


@pytest.mark.parametrize(("category", "end"), [("weapons", "refused_by_rule"), ("tickets", "refused_in_review")])
def test_what_is_refused_is_never_published(run: GalleryRun, category: str, end: str) -> None:
    instance = offer(run, category=category)
    if category == "tickets":
        run.complete(instance, "review", {"comment": "Forged"}, by="manager", outcome="refuse")
    seen = run.instance(instance)
    assert (seen.status, seen.entered[-1], actions(instance)) == ("completed", end, [])


def test_a_listing_ends_withdrawn_or_after_thirty_days(run: GalleryRun) -> None:
    withdrawn, expired = offer(run), offer(run)
    tell(run, "listing-withdrawn", withdrawn)
    run.move_clock(timedelta(days=30))
    for instance in (withdrawn, expired):
        assert (run.instance(instance).status, actions(instance)) == ("completed", ["publish", "take down"])


def test_the_first_event_wins_and_the_second_is_kept_as_unmatched(run: GalleryRun) -> None:
    instance = offer(run)
    assert tell(run, "item-sold", instance) == "done"
    assert tell(run, "item-sold", instance) == "known"
    assert tell(run, "listing-withdrawn", instance, "2") == "unmatched"


def test_a_search_that_is_down_holds_nobody_up(run: GalleryRun) -> None:
    SEARCH.switch("failing", note="Reindexing.")
    instance = offer(run)
    run.move_clock(timedelta(minutes=1))
    (search,) = run.find("listing_search")
    assert run.instance(search).incidents == [("add", "job-failed", "Reindexing.")]
    tell(run, "item-sold", instance)
    assert run.instance(instance).status == "completed"


def test_a_search_that_comes_back_learns_that_the_listing_was_closed_meanwhile(run: GalleryRun) -> None:
    SEARCH.switch("failing")
    instance = offer(run)
    run.move_clock(timedelta(minutes=1))
    tell(run, "item-sold", instance)
    SEARCH.switch("well")
    (search,) = run.find("listing_search")
    run.retry(search)
    run.work()
    assert state_of(run, "listing_search") == ["gone"]


def test_a_seller_who_cannot_be_paid_is_settled_by_hand(run: GalleryRun) -> None:
    PAYOUTS.switch("refusing", note="The account is closed.")
    instance = offer(run)
    tell(run, "item-sold", instance)
    assert run.instance(instance).variables["problem"] == "The account is closed."
    run.complete(instance, "settle", {"settlement": "Sent a cheque"}, by="clerk")
    run.work()
    assert run.instance(instance).status == "completed"


def test_a_payout_that_is_sent_twice_is_paid_once(run: GalleryRun) -> None:
    PAYOUTS.switch("duplicate")
    instance = offer(run)
    tell(run, "item-sold", instance)
    assert [(one.action, one.calls) for one in PAYOUTS.effects(instance)] == [("pay seller", 2)]


def test_a_payout_that_fails_is_an_incident_and_paid_once_after_its_retry(run: GalleryRun) -> None:
    PAYOUTS.switch("failing")
    instance = offer(run)
    tell(run, "item-sold", instance)
    run.move_clock(timedelta(minutes=1))
    assert [node for node, _, _ in run.instance(instance).incidents] == ["pay_seller"]
    PAYOUTS.switch("well")
    run.retry(instance)
    run.work()
    assert actions(instance) == ["publish", "pay seller", "take down"]


def test_a_slow_window_is_waited_for(run: GalleryRun) -> None:
    WINDOW.switch("slow", seconds=0.01)
    assert run.instance(offer(run)).tokens == ["wait"]
