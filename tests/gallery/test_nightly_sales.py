"""The nightly run: waited for without a worker, mended by a person, restarted at the failed step, caught up by dates."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from engine.models import Backfill, Job, ProcessStart
from engine.service import backfill, dates
from engine.service.backfill import Wish
from gallery import installing
from gallery.examples.nightly_sales.services import CATALOGUE, CHECKS, SHOPS, WAREHOUSE
from tests.gallery.running import GalleryRun

pytestmark = pytest.mark.django_db
DAY = date(2030, 1, 31)
STEPS = ["ask", "wait", "validate", "parse", "enrich", "load", "loaded"]


@pytest.fixture
def run(gallery_run: GalleryRun, settings: Settings, tmp_path: Path) -> GalleryRun:
    settings.SENSOR_FOLDER = str(tmp_path)
    gallery_run.set_clock(datetime(2030, 1, 31, 12, tzinfo=UTC))
    gallery_run.install("nightly_sales")
    return gallery_run


def start(run: GalleryRun, day: date = DAY) -> int:
    instance = dates.start_for(run.person("clerk"), "nightly_sales", day)
    run.work()
    return instance


def test_the_timer_starts_the_run_of_its_date_in_berlin(run: GalleryRun) -> None:
    run.move_clock(timedelta(hours=10, minutes=29))  # 22:29 in London, 23:29 in Berlin
    assert run.find("nightly_sales") == []
    run.move_clock(timedelta(minutes=1))
    (instance,) = run.find("nightly_sales")
    seen = run.instance(instance)
    assert (seen.business_key, seen.status, seen.entered[-7:]) == ("2030-01-31", "completed", STEPS)
    assert (seen.variables["loaded"], seen.variables["rows"]) == (6, 6)
    assert seen.variables["sales"][0]["name"] == "Kettle"


def test_in_summer_it_starts_an_hour_earlier_by_the_sun(run: GalleryRun) -> None:
    run.set_clock(datetime(2030, 7, 1, 12, tzinfo=UTC))
    ProcessStart.objects.update(due=datetime(2030, 7, 1, 21, 30, tzinfo=UTC))
    run.move_clock(timedelta(hours=34))
    assert [run.instance(one).business_key for one in run.find("nightly_sales")] == ["2030-07-01", "2030-07-02"]


def test_the_sensor_waits_for_the_file_and_holds_no_worker(run: GalleryRun, tmp_path: Path) -> None:
    SHOPS.switch("refusing")  # nothing comes, and nobody says so
    instance = start(run)
    run.move_clock(timedelta(hours=1))
    assert run.instance(instance).tokens == ["wait"]
    job = Job.objects.get()
    assert (job.owner, job.retries, job.attempts) == (None, 3, 0)
    assert job.progress["looks"] > 5
    (tmp_path / "sales").mkdir()
    (tmp_path / "sales" / "2030-01-31.csv").write_text("shop;product;pieces;price\nBerlin;L-7;2;39.0\n")
    run.move_clock(timedelta(minutes=10))
    seen = run.instance(instance)
    assert (seen.status, seen.variables["turnover"]) == ("completed", 78)


def test_after_six_hours_a_person_decides_and_the_shops_are_asked_again(run: GalleryRun) -> None:
    SHOPS.switch("refusing")
    instance = start(run)
    run.move_clock(timedelta(hours=6))
    seen = run.instance(instance)
    assert seen.tokens == ["decide"]
    assert "there is no file sales/2030-01-31.csv" in seen.variables["problem"]
    SHOPS.switch("well")
    run.complete(instance, "decide", by="clerk", outcome="again")
    run.work()
    assert run.instance(instance).status == "completed"


def test_a_bad_file_can_be_left_out(run: GalleryRun) -> None:
    CHECKS.switch("refusing")
    instance = start(run)
    assert run.instance(instance).tokens == ["decide"]
    run.complete(instance, "decide", by="clerk", outcome="leave")
    seen = run.instance(instance)
    assert (seen.status, seen.entered[-1], WAREHOUSE.calls()) == ("completed", "left_out", [])


def test_a_file_with_other_columns_is_bad(run: GalleryRun, tmp_path: Path) -> None:
    SHOPS.switch("refusing")
    (tmp_path / "sales").mkdir()
    (tmp_path / "sales" / "2030-01-31.csv").write_text("what;is;this\n")
    instance = start(run)
    assert run.instance(instance).tokens == ["decide"]
    assert run.instance(instance).variables["problem"].startswith("The columns of 2030-01-31.csv are not shop")


def test_a_failed_step_is_done_again_without_the_others(run: GalleryRun) -> None:
    CATALOGUE.switch("failing")
    instance = start(run)
    run.move_clock(timedelta(minutes=1))
    assert [node for node, _, _ in run.instance(instance).incidents] == ["enrich"]
    CATALOGUE.switch("well")
    run.retry(instance, "enrich")
    run.work()
    seen = run.instance(instance)
    assert (seen.status, seen.visits["ask"], seen.visits["parse"]) == ("completed", 1, 1)
    assert [effect.calls for effect in SHOPS.effects(instance)] == [1]


def test_a_load_that_comes_twice_is_done_once(run: GalleryRun) -> None:
    WAREHOUSE.switch("duplicate")
    instance = start(run)
    assert [(effect.calls, effect.asked) for effect in WAREHOUSE.effects(instance)] == [
        (2, {"day": "2030-01-31", "rows": 6})
    ]


def test_slow_shops_hold_the_run_up_and_no_more(run: GalleryRun) -> None:
    SHOPS.switch("slow", seconds=0.01)
    assert run.instance(start(run)).status == "completed"


def test_a_backfill_runs_what_was_missed_and_retries_what_failed(run: GalleryRun) -> None:
    start(run, date(2030, 1, 12))
    WAREHOUSE.switch("failing")
    wish = Wish(date(2030, 1, 10), date(2030, 1, 13), limit=2)
    row = backfill.start_backfill(run.person("operator"), "nightly_sales", wish, expected=3)
    run.move_clock(timedelta(minutes=5))
    assert [one.state for one in backfill.list_runs(row)] == ["incident"] * 3
    WAREHOUSE.switch("well")
    backfill.retry(run.person("operator"), row.pk)
    run.move_clock(timedelta(minutes=5))
    row.refresh_from_db()
    assert [one.state for one in backfill.list_runs(row)] == ["done"] * 3
    assert row.status == Backfill.Status.DONE
    assert sorted(effect.asked["day"][-2:] for effect in WAREHOUSE.effects()) == ["10", "11", "12", "13"]
    assert all(run.instance(one).visits["ask"] == 1 for one in run.find("nightly_sales"))


def test_installing_it_catches_the_last_days_up(gallery_run: GalleryRun, settings: Settings, tmp_path: Path) -> None:
    settings.SENSOR_FOLDER = str(tmp_path)
    installing.install("nightly_sales", gallery_run.person("admin"))
    gallery_run.work()
    row = Backfill.objects.get()
    assert {one.state for one in backfill.list_runs(row)} == {"done"}
    assert len(list((tmp_path / "sales").glob("*.csv"))) == 10
    started = installing.start_one(installing.get_example("nightly_sales"), gallery_run.person("clerk"))
    gallery_run.work()
    assert gallery_run.instance(started).status == "completed"
