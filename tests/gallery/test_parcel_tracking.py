"""A parcel as states and transitions: scans move it, illegal ones are refused by name, silence is an event too."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.service.errors import Conflict
from gallery.examples.parcel_tracking.services import CASHIER, MAIL
from gallery.reading import get_example
from tests.gallery.running import GalleryRun

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(gallery_run: GalleryRun) -> GalleryRun:
    gallery_run.install("parcel_tracking")
    return gallery_run


def start(run: GalleryRun, *events: str) -> int:
    instance = run.start("parcel_tracking", {"attempt": 1, "recipient": "Ada"}, business_key="PARCEL-9")
    for event in events:
        run.event(instance, event)
    run.work()
    return instance


def state(run: GalleryRun, instance: int) -> str:
    seen = run.instance(instance)
    return seen.tokens[0] if seen.tokens else seen.entered[-1]


def test_its_only_source_is_the_table_of_states() -> None:
    (file,) = get_example("parcel_tracking").files
    assert file.name == "parcel_tracking.bpmn"
    assert b'<bpmn:eventBasedGateway id="at_depot" name="At the depot"' in file.content


def test_scans_move_it_from_state_to_state(run: GalleryRun) -> None:
    instance = start(run)
    for event, expected in {
        "collected": "in_transit", "arrived": "at_depot", "loaded": "with_driver",
    }.items():  # fmt: skip
        run.event(instance, event)
        assert state(run, instance) == expected
    run.event(instance, "delivered")
    run.work()
    assert (run.instance(instance).status, state(run, instance)) == ("completed", "delivered")
    assert MAIL.effects(instance)[0].asked == {"recipient": "Ada"}


def test_an_illegal_scan_is_refused_with_the_allowed_ones_named(run: GalleryRun) -> None:
    instance = start(run, "collected", "arrived")
    with pytest.raises(Conflict) as refused:
        run.event(instance, "delivered")
    assert "departed" in refused.value.message
    assert "loaded" in refused.value.message
    assert "collected" not in refused.value.message
    assert state(run, instance) == "at_depot"


def test_three_days_without_a_scan_and_it_is_lost(run: GalleryRun) -> None:
    instance = start(run, "collected")
    run.move_clock(timedelta(days=2, hours=23))
    assert state(run, instance) == "in_transit"
    run.move_clock(timedelta(hours=1))
    assert state(run, instance) == "lost"
    run.event(instance, "arrived")
    assert state(run, instance) == "at_depot", "found again"


def test_ten_days_later_it_is_refunded_once(run: GalleryRun) -> None:
    CASHIER.switch("duplicate")
    instance = start(run, "collected")
    run.move_clock(timedelta(days=13))
    assert (run.instance(instance).status, state(run, instance)) == ("completed", "refunded")
    assert [(effect.calls, effect.asked) for effect in CASHIER.effects(instance)] == [(2, {"parcel": "PARCEL-9"})]


def test_the_third_time_nobody_is_home_it_goes_back(run: GalleryRun) -> None:
    instance = start(run, "collected", "arrived", "loaded")
    run.event(instance, "nobody home", {"attempt": 2})
    assert state(run, instance) == "at_depot"
    run.event(instance, "loaded")
    run.event(instance, "nobody home", {"attempt": 3})
    assert (run.instance(instance).status, state(run, instance)) == ("completed", "returned")


def test_mail_that_is_down_holds_the_parcel_up_at_its_last_step(run: GalleryRun) -> None:
    MAIL.switch("failing")
    instance = start(run, "collected", "arrived", "loaded", "delivered")
    run.move_clock(timedelta(minutes=1))
    assert [code for _, code, _ in run.instance(instance).incidents] == ["job-failed"]
    MAIL.switch("well")
    run.retry(instance)
    run.work()
    assert state(run, instance) == "delivered"


def test_a_cashier_that_refuses_is_an_incident_and_a_slow_one_is_waited_for(run: GalleryRun) -> None:
    CASHIER.switch("refusing")
    instance = start(run, "collected")
    run.move_clock(timedelta(days=13))
    assert len(run.instance(instance).incidents) == 1
    CASHIER.switch("slow", seconds=0.01)
    run.retry(instance)
    run.work()
    assert state(run, instance) == "refunded"
