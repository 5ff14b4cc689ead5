"""Three checks at once: the first failure cancels the others, or all are waited for and every reason is told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.models import Job
from gallery.examples.order_validation.services import ADDRESSES, FRAUD, SHOP, STOCK
from tests.gallery.running import GalleryRun

pytestmark = pytest.mark.django_db
FAST, ALL = "order_validation_fail_fast", "order_validation_wait_for_all"
ORDER = {"customer": "Ada", "pieces": 2, "total": 49.9, "country": "PT"}
CHECKS = (STOCK, FRAUD, ADDRESSES)


@pytest.fixture
def run(gallery_run: GalleryRun) -> GalleryRun:
    gallery_run.install("order_validation")
    return gallery_run


def start(run: GalleryRun, process: str, **more: Any) -> int:
    instance = run.submit_start(process, ORDER | more)
    run.work()
    return instance


@pytest.mark.parametrize("process", [FAST, ALL])
def test_an_order_that_passes_every_check_is_accepted(run: GalleryRun, process: str) -> None:
    seen = run.instance(start(run, process))
    assert (seen.status, seen.entered[-1], seen.variables["verdict"]) == ("completed", "accepted", "accepted")
    assert [len(service.effects(seen.id)) for service in CHECKS] == [1, 1, 1]


def test_the_first_failure_cancels_checks_that_are_not_through(run: GalleryRun) -> None:
    STOCK.switch("failing")  # it would be asked again, in two seconds
    instance = start(run, FAST, total=12_000)
    seen = run.instance(instance)
    assert (seen.status, seen.entered[-1]) == ("completed", "rejected")
    assert SHOP.effects(instance)[0].asked == {"problems": ["More than 5000 euros needs a call first."]}
    assert not Job.objects.exists()
    run.move_clock(timedelta(hours=1))
    assert [effect.calls for effect in STOCK.calls(instance)] == [1], "nobody asks any more"


def test_all_checks_are_waited_for_and_every_reason_is_told(run: GalleryRun) -> None:
    ADDRESSES.switch("failing")
    instance = start(run, ALL, pieces=400, total=12_000)
    assert run.instance(instance).tokens == ["address", "join", "join"]
    ADDRESSES.switch("well")
    run.move_clock(timedelta(seconds=2))
    seen = run.instance(instance)
    assert (seen.status, seen.entered[-1]) == ("completed", "rejected")
    assert SHOP.effects(instance)[0].asked == {
        "problems": ["Only 100 pieces are in stock.", "More than 5000 euros needs a call first."]
    }


@pytest.mark.parametrize(("process", "ways"), [(FAST, 1), (ALL, 1)])
def test_one_refusal_is_a_rejection_in_both(run: GalleryRun, process: str, ways: int) -> None:
    FRAUD.switch("refusing", note="The list of names is closed.")
    instance = start(run, process)
    assert SHOP.effects(instance)[0].asked == {"problems": ["The list of names is closed."]}


@pytest.mark.parametrize("process", [FAST, ALL])
def test_a_check_that_does_not_answer_is_an_incident_and_the_order_waits(run: GalleryRun, process: str) -> None:
    STOCK.switch("failing")
    instance = start(run, process)
    run.move_clock(timedelta(minutes=1))
    assert [node for node, _, _ in run.instance(instance).incidents] == ["stock"]
    STOCK.switch("well")
    run.retry(instance, "stock")
    run.work()
    assert run.instance(instance).variables["verdict"] == "accepted"
    assert [effect.calls for effect in FRAUD.effects(instance)] == [1]


def test_slow_and_double_checks_change_nothing(run: GalleryRun) -> None:
    STOCK.switch("slow", seconds=0.01)
    FRAUD.switch("duplicate")
    instance = start(run, ALL)
    assert run.instance(instance).variables["verdict"] == "accepted"
    assert [effect.calls for effect in FRAUD.effects(instance)] == [2]
