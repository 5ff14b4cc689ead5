"""A list worked off three at a time; failures are collected, and only what failed is done again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.models import Job
from engine.service import jobs
from gallery.examples.fan_out.services import FEEDS, SUPPLIERS, WEBSITE
from tests.gallery.running import GalleryRun

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(gallery_run: GalleryRun) -> GalleryRun:
    gallery_run.install("fan_out")
    return gallery_run


def start(run: GalleryRun, *suppliers: str) -> int:
    instance = run.start("fan_out", {"suppliers": list(suppliers)} if suppliers else None)
    run.work()
    return instance


def test_everything_is_fetched_and_published(run: GalleryRun) -> None:
    seen = run.instance(start(run, "Alder", "Birch", "Cedar", "Dogwood"))
    assert (seen.status, seen.variables["published"], seen.variables["failed"]) == ("completed", 4, [])
    assert [one["supplier"] for one in seen.variables["fetched"]] == ["Alder", "Birch", "Cedar", "Dogwood"]
    assert seen.variables["fetched"][0]["prices"] == {"kettle": 25, "lamp": 35}


def test_no_more_than_three_go_at_once(run: GalleryRun) -> None:
    instance = run.start("fan_out", {"suppliers": list(SUPPLIERS)})
    for found in jobs.lease(["prices-list"], "w", seconds=60):
        jobs.complete(found.id, "w", {"suppliers": list(SUPPLIERS)})
    most = left = 0
    while found := jobs.lease(["prices-fetch"], "w", seconds=60, limit=100):
        most, left = max(most, Job.objects.filter(type="prices-fetch").count()), left + len(found)
        for job in found:
            jobs.complete(job.id, "w", {"prices": {}})
    assert (most, left) == (3, len(SUPPLIERS))
    run.work()
    assert run.instance(instance).status == "completed"


def test_what_fails_is_collected_and_the_rest_is_kept(run: GalleryRun) -> None:
    instance = start(run)
    seen = run.instance(instance)
    assert seen.tokens == ["decide"]
    assert [(one["supplier"], one["problem"]) for one in seen.variables["failed"]] == [
        ("Elm", "The feed of Elm has no prices in it.")
    ]
    assert len(seen.variables["fetched"]) == len(SUPPLIERS) - 1
    run.complete(instance, "decide", by="clerk", outcome="publish")
    run.work()
    assert WEBSITE.effects(instance)[0].asked["suppliers"] == [one for one in SUPPLIERS if one != "Elm"]


def test_only_what_failed_is_fetched_again(run: GalleryRun) -> None:
    FEEDS.switch("refusing", note="The line is down.")
    instance = start(run, "Alder", "Birch")
    assert len(run.instance(instance).variables["failed"]) == 2
    FEEDS.switch("well")
    run.complete(instance, "decide", by="clerk", outcome="again")
    run.work()
    seen = run.instance(instance)
    assert (seen.status, seen.variables["published"], seen.visits["fetch"]) == ("completed", 2, 4)


def test_one_that_does_not_answer_is_retried_alone_and_then_an_incident(run: GalleryRun) -> None:
    FEEDS.switch("failing")
    instance = start(run, "Alder")
    run.move_clock(timedelta(minutes=1))
    assert [node for node, _, _ in run.instance(instance).incidents] == ["fetch"]
    FEEDS.switch("well")
    run.retry(instance, "fetch")
    run.work()
    assert run.instance(instance).variables["published"] == 1


def test_slow_and_double_fetches_change_nothing(run: GalleryRun) -> None:
    FEEDS.switch("duplicate")
    seen = run.instance(start(run, "Alder", "Birch"))
    assert seen.variables["published"] == 2
    assert [effect.calls for effect in FEEDS.effects(seen.id)] == [2, 2]
    FEEDS.switch("slow", seconds=0.01)
    assert run.instance(start(run, "Fir")).variables["published"] == 1
