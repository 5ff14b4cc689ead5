"""One service call: retried, given up, refused, sent twice; and slow, which changes nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.service.jobs import LeasedJob
from gallery.examples.one_service.services import RATES
from tests.gallery.running import GalleryRun

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(gallery_run: GalleryRun) -> GalleryRun:
    gallery_run.install("one_service")
    return gallery_run


def start(run: GalleryRun) -> int:
    instance = run.submit_start("one_service", {"amount": 250, "currency": "USD"})
    run.work()
    return instance


def test_a_service_that_works_is_asked_once(run: GalleryRun) -> None:
    seen = run.instance(start(run))
    assert (seen.status, seen.variables["euros"]) == ("completed", 200)
    (effect,) = RATES.effects(seen.id)
    assert (effect.calls, effect.asked, effect.answer) == (1, {"currency": "USD"}, {"rate": 0.8})


def test_a_call_that_comes_twice_is_done_once(run: GalleryRun) -> None:
    RATES.switch("duplicate")
    seen = run.instance(start(run))
    assert (seen.status, seen.variables["euros"]) == ("completed", 200)
    assert [effect.calls for effect in RATES.effects(seen.id)] == [2]


def test_the_same_key_gets_the_first_answer_whatever_the_service_would_say_now(run: GalleryRun) -> None:
    job = LeasedJob(7, "rates-ask", "ask_rate", 1, "one_service", 1, "", {}, {}, None, 3, 1)
    answers = iter([{"rate": 1}, {"rate": 2}])
    given = [RATES.call(job, "ask", {}, lambda: next(answers)) for _ in range(2)]
    assert given == [{"rate": 1}, {"rate": 1}]
    assert next(answers) == {"rate": 2}, "the second call has done nothing"


def test_a_slow_service_holds_the_process_up_and_no_more(run: GalleryRun) -> None:
    RATES.switch("slow", seconds=0.01)
    assert run.instance(start(run)).status == "completed"


def test_a_failing_service_is_asked_three_times_and_then_it_is_an_incident(run: GalleryRun) -> None:
    RATES.switch("failing", note="The line is dead.")
    instance = start(run)
    assert run.instance(instance).incidents == []
    run.move_clock(timedelta(minutes=1))
    seen = run.instance(instance)
    assert seen.incidents == [("ask_rate", "job-failed", "The line is dead.")]
    assert ([effect.calls for effect in RATES.calls(instance)], RATES.effects(instance)) == ([3], [])


def test_the_incident_is_retried_when_the_service_is_well_again(run: GalleryRun) -> None:
    RATES.switch("failing")
    instance = start(run)
    run.move_clock(timedelta(minutes=1))
    RATES.switch("well")
    run.retry(instance, "ask_rate")
    run.work()
    assert run.instance(instance).status == "completed"
    (effect,) = RATES.effects(instance)
    assert effect.calls == 4


def test_a_refusal_takes_the_way_that_is_drawn_for_it(run: GalleryRun) -> None:
    RATES.switch("refusing")
    seen = run.instance(start(run))
    assert (seen.status, seen.variables["euros"]) == ("completed", 197.5)
    assert "no_rate" in seen.entered
