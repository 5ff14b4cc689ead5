"""A batch that starts one durable child for each record: bounded, counted, and none stopping another."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from engine.service.attempts import list_attempts
from gallery.examples.batch_import.services import STORE
from tests.gallery.running import GalleryRun
from tests.pages.people import enter

pytestmark = pytest.mark.django_db
LIST = "Ada;ada@example.com\nGrace;grace@example.com\nNobody;\nAlan;alan@blocked.example\nBarbara;barbara@example.com"


@pytest.fixture
def run(gallery_run: GalleryRun) -> GalleryRun:
    gallery_run.install("batch_import")
    return gallery_run


def start(run: GalleryRun, rows: str = LIST, at_once: int = 3) -> int:
    return run.submit_start("batch_import", {"rows": rows, "atOnce": at_once})


def many(number: int) -> str:
    return "\n".join(f"Person {index};person{index}@example.com" for index in range(number))


def open_ones(run: GalleryRun) -> list[int]:
    return [child for child in run.find("import_record") if run.instance(child).status == "active"]


def test_every_record_is_an_instance_that_is_found_by_its_address(run: GalleryRun) -> None:
    batch = start(run)
    run.work()
    assert run.find("import_record") == run.instance(batch).children
    assert len(run.find("import_record", "grace@example.com")) == 1


def test_records_that_are_refused_are_collected_and_the_others_are_imported(run: GalleryRun) -> None:
    batch = start(run)
    run.work()
    seen = run.instance(batch)
    assert seen.tokens == ["look"]
    assert seen.variables["summary"] == {
        "imported": 3,
        "refused": [
            {"email": "", "problem": "no e-mail address"},
            {"email": "alan@blocked.example", "problem": "The address is blocked."},
        ],
    }
    run.complete(batch, "look", {"note": "Asked for both"}, by="clerk")
    assert (run.instance(batch).status, run.instance(batch).entered[-1]) == ("completed", "with_gaps")


def test_a_list_without_faults_needs_nobody(run: GalleryRun) -> None:
    batch = start(run, many(4))
    run.work()
    assert (run.instance(batch).entered[-1], len(STORE.effects())) == ("imported", 4)


def test_no_more_records_go_at_once_than_the_start_says(run: GalleryRun) -> None:
    STORE.switch("failing")
    batch = start(run, many(7), at_once=3)
    run.work()
    assert len(run.find("import_record")) == 3
    STORE.switch("well")
    run.move_clock(timedelta(minutes=1))
    assert (run.instance(batch).entered[-1], len(run.find("import_record"))) == ("imported", 7)


def test_records_that_fail_are_incidents_of_their_own_and_the_rest_goes_on_beside_them(run: GalleryRun) -> None:
    STORE.switch("failing", note="The store is away.")
    batch = start(run, many(5), at_once=2)
    run.move_clock(timedelta(seconds=5))
    STORE.switch("well")
    first, second = open_ones(run)
    run.move_clock(timedelta(minutes=1))
    assert run.instance(batch).entered[-1] == "imported"
    assert {run.instance(child).visits["save"] for child in (first, second)} == {1}


def test_a_batch_waits_for_a_record_that_is_an_incident_and_ends_when_it_is_repaired(run: GalleryRun) -> None:
    STORE.switch("failing", note="The store is away.")
    batch = start(run, many(5), at_once=2)
    run.work()
    stuck, _ = open_ones(run)
    run.move_clock(timedelta(minutes=1))
    assert run.instance(stuck).incidents == [("save", "job-failed", "The store is away.")]
    STORE.switch("well")
    run.retry(open_ones(run)[1])
    run.work()
    # One stands still; the other place of the two was enough for all that was left.
    assert (open_ones(run), len(run.find("import_record"))) == ([stuck], 5)
    assert run.instance(batch).status == "active"
    run.retry(stuck)
    run.work()
    assert run.instance(batch).entered[-1] == "imported"
    assert run.instance(batch).variables["summary"] == {"imported": 5, "refused": []}


def test_a_store_that_refuses_everything_leaves_a_list_for_a_person(run: GalleryRun) -> None:
    STORE.switch("refusing", note="Full.")
    batch = start(run, many(3))
    run.work()
    assert [one["problem"] for one in run.instance(batch).variables["summary"]["refused"]] == ["Full."] * 3


def test_records_that_are_sent_twice_are_stored_once(run: GalleryRun) -> None:
    STORE.switch("duplicate")
    start(run, many(3))
    run.work()
    assert [(one.action, one.calls) for one in STORE.effects()] == [("save", 2)] * 3


def test_a_slow_store_is_waited_for(run: GalleryRun) -> None:
    STORE.switch("slow", seconds=0.01)
    batch = start(run, many(2))
    run.work()
    assert run.instance(batch).entered[-1] == "imported"


def test_results_are_in_the_order_of_the_list_whoever_was_first(run: GalleryRun) -> None:
    batch = start(run, many(12), at_once=5)
    run.work()
    found = [one["email"] for one in run.instance(batch).variables["results"]]
    assert found == [f"person{index}@example.com" for index in range(12)]


def test_the_page_of_a_batch_tells_of_its_records_by_name(run: GalleryRun) -> None:
    STORE.switch("failing")
    batch = start(run, "Ada;ada@example.com\nNobody;\nGrace;grace@example.com")
    run.work()
    page = f"/gallery/batch_import/?instance={batch}"
    shown = enter("admin").get(page).content.decode()
    assert shown.count("called once, not done") == 2
    assert re.search(r"Save record</strong> \(ada@example.com\):\s+1 attempt failed", shown)
    assert "Nobody" in {child.business_key for child in map(run.instance, run.instance(batch).children)}
    run.move_clock(timedelta(minutes=1))
    shown = enter("admin").get(page).content.decode()
    assert shown.count("Save record</strong> (") == len(run.instance(batch).children) - 1
    assert "Retry" in shown


def test_the_step_that_calls_shows_what_is_tried_again_and_what_stands_still(run: GalleryRun) -> None:
    STORE.switch("failing")
    batch = start(run, "Ada;ada@example.com\nGrace;grace@example.com\nNobody;")
    run.work()
    (attempt,) = list_attempts(batch)
    assert (attempt["node"], attempt["called"], attempt["failed"], attempt["standing"]) == ("import_records", 2, 1, 0)
    run.move_clock(timedelta(minutes=1))
    (attempt,) = list_attempts(batch)
    standing = sum(bool(run.instance(child).incidents) for child in run.instance(batch).children)
    assert (attempt["called"], attempt["standing"], attempt["message"]) == (2, standing, "")
    STORE.switch("well")
    run.move_clock(timedelta(minutes=5))
    for child in run.instance(batch).children:
        if run.instance(child).incidents:
            run.retry(child)
    run.work()
    assert list_attempts(batch) == []
