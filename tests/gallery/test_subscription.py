"""Subscription: a year of it by the clock, in memory and on the database; pauses, changes, and a card without cover."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.core.model.problems import CorrelationError
from engine.core.simulate import Simulation
from gallery.examples.subscription.services import ACCOUNTS, CARDS, PRICES
from gallery.reading import get_example
from tests.gallery.running import GalleryRun

JANUARY = datetime(2031, 1, 31, 9, 30, tzinfo=UTC)  # a day that most months do not have
DAY = timedelta(days=1)
ADA = "ada@example.org"
ORDER = {"customer": ADA, "plan": "basic"}
# What a year brings: the day, the message, its variables.
YEAR: list[tuple[datetime, str, dict[str, Any]]] = [
    (datetime(2031, 4, 10, tzinfo=UTC), "change plan", {"wanted": "team"}),
    (datetime(2031, 6, 15, tzinfo=UTC), "pause subscription", {}),
    (datetime(2031, 8, 20, 12, tzinfo=UTC), "resume subscription", {}),
    (datetime(2031, 11, 1, tzinfo=UTC), "change plan", {"wanted": "firm"}),
    (datetime(2032, 1, 31, 10, tzinfo=UTC), "cancel subscription", {}),
]
CHARGED = [
    ("2031-01-31", 9), ("2031-02-28", 9), ("2031-03-31", 9), ("2031-04-30", 29), ("2031-05-31", 29),
    ("2031-08-20", 29), ("2031-09-20", 29), ("2031-10-20", 29), ("2031-11-20", 99), ("2031-12-20", 99),
    ("2032-01-20", 99),
]  # fmt: skip
CHANGED = [("2031-04-10", 20), ("2031-11-01", 70)]


def amounts(entries: list[dict[str, Any]]) -> list[tuple[str, int]]:
    return [(entry["on"], entry["amount"]) for entry in entries]


def test_a_year_in_memory() -> None:
    def charge(job: Any) -> dict[str, Any]:
        return {"charged": PRICES[job.variables["plan"]]}

    def change(job: Any) -> dict[str, Any]:
        return {"difference": PRICES[job.variables["wanted"]] - PRICES[job.variables["plan"]]}

    handlers = {"subscription-charge": charge, "subscription-change": change, "subscription-close": lambda job: None}
    (diagram,) = [file.content for file in get_example("subscription").files if file.name.endswith(".bpmn")]
    simulation = Simulation(diagram, handlers=handlers, now=JANUARY)
    run = simulation.start("subscription", ORDER)
    for moment, name, variables in YEAR:
        simulation.set_time(moment)
        simulation.message(name, ADA, variables=variables)
    assert (run.status, amounts(run.variables["charges"]), amounts(run.variables["changes"])) == (
        "completed",
        CHARGED,
        CHANGED,
    )


@pytest.fixture
def run(gallery_run: GalleryRun) -> GalleryRun:
    gallery_run.set_clock(JANUARY)
    gallery_run.install("subscription")
    return gallery_run


def subscribe(run: GalleryRun) -> int:
    instance = run.submit_start("subscription", ORDER)
    run.work()
    return instance


def send(run: GalleryRun, name: str, **variables: Any) -> None:
    run.send(name, ADA, variables)
    run.work()


@pytest.mark.django_db
class TestOnTheDatabase:
    def test_a_year(self, run: GalleryRun) -> None:
        instance = subscribe(run)
        for moment, name, variables in YEAR:
            run.move_clock(moment - run.now)
            send(run, name, **variables)
        seen = run.instance(instance)
        assert (seen.status, amounts(seen.variables["charges"]), amounts(seen.variables["changes"])) == (
            "completed",
            CHARGED,
            CHANGED,
        )
        told = [effect.action for effect in CARDS.effects(instance)]
        assert (told.count("charge"), told.count("change"), len(ACCOUNTS.effects(instance))) == (11, 2, 1)

    def test_nothing_is_charged_while_it_is_paused_and_half_a_year_ends_it(self, run: GalleryRun) -> None:
        instance = subscribe(run)
        send(run, "pause subscription")
        run.move_clock(170 * DAY)
        assert (run.instance(instance).tokens, len(CARDS.effects(instance))) == (["paused"], 1)
        run.move_clock(15 * DAY)
        assert run.instance(instance).entered[-1] == "closed"

    def test_a_paused_one_can_be_moved_to_another_plan_and_cancelled(self, run: GalleryRun) -> None:
        instance = subscribe(run)
        send(run, "pause subscription")
        send(run, "change plan", wanted="team")
        assert run.instance(instance).variables["plan"] == "team"
        send(run, "cancel subscription")
        assert run.instance(instance).entered[-1] == "cancelled"
        with pytest.raises(CorrelationError):
            send(run, "resume subscription")

    def test_a_card_that_is_declined_three_times_ends_it(self, run: GalleryRun) -> None:
        instance = subscribe(run)
        CARDS.switch("refusing", note="No cover")
        run.move_clock(29 * DAY)
        assert run.instance(instance).variables["declined"] == 1
        run.move_clock(6 * DAY)
        seen = run.instance(instance)
        assert (seen.status, seen.entered[-1], seen.variables["declined"]) == ("completed", "closed", 3)

    def test_a_change_that_cannot_be_charged_leaves_the_plan_as_it_is(self, run: GalleryRun) -> None:
        instance = subscribe(run)
        CARDS.switch("refusing")
        send(run, "change plan", wanted="firm")
        seen = run.instance(instance)
        assert (seen.variables["plan"], seen.visits["stays"], seen.tokens) == ("basic", 1, ["next_month", "running"])

    def test_an_account_that_cannot_be_closed_is_an_incident_and_is_closed_when_it_is_retried(
        self, run: GalleryRun
    ) -> None:
        instance = subscribe(run)
        ACCOUNTS.switch("failing")
        send(run, "cancel subscription")
        run.move_clock(timedelta(minutes=5))
        assert [node for node, _, _ in run.instance(instance).incidents] == ["close_now"]
        ACCOUNTS.switch("well")
        run.retry(instance, "close_now")
        run.work()
        assert run.instance(instance).entered[-1] == "cancelled"

    def test_a_card_that_has_cover_again_goes_on_as_if_nothing_had_been(self, run: GalleryRun) -> None:
        instance = subscribe(run)
        CARDS.switch("refusing")
        run.move_clock(30 * DAY)
        CARDS.switch("well")
        run.move_clock(30 * DAY)
        seen = run.instance(instance)
        assert (seen.variables["declined"], [entry["on"] for entry in seen.variables["charges"]]) == (
            0,
            ["2031-01-31", "2031-03-03", "2031-03-31"],
        )

    def test_a_billing_that_is_down_is_an_incident_and_the_month_is_charged_once_when_it_is_retried(
        self, run: GalleryRun
    ) -> None:
        instance = subscribe(run)
        CARDS.switch("failing")
        run.move_clock(29 * DAY)
        assert [node for node, _, _ in run.instance(instance).incidents] == ["charge"]
        CARDS.switch("duplicate")
        run.retry(instance, "charge")
        run.work()
        assert [effect.action for effect in CARDS.effects(instance)] == ["charge", "charge"]

    def test_a_slow_billing_changes_nothing(self, run: GalleryRun) -> None:
        CARDS.switch("slow", seconds=0.01)
        assert run.instance(subscribe(run)).tokens == ["next_month", "running"]
