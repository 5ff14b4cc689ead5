"""Loan application: rules decide the clear cases and say why, a person the others; the offer is answered or lapses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.models import Instance
from engine.service import moments
from gallery.examples.loan_application.services import BANK, BUREAU
from tests.gallery.running import GalleryRun

pytestmark = pytest.mark.django_db
ADA = {"applicant": "Ada Byron", "income": 3200, "debts": 250, "amount": 9000, "months": 36, "purpose": "car"}
SAM = {"applicant": "Sam Miller", "income": 2400, "debts": 500, "amount": 8000, "months": 24, "purpose": "other"}


@pytest.fixture
def run(gallery_run: GalleryRun) -> GalleryRun:
    gallery_run.install("loan_application")
    return gallery_run


def apply(run: GalleryRun, values: dict[str, Any]) -> int:
    instance = run.submit_start("loan_application", values)
    run.work()
    return instance


def review(run: GalleryRun, instance: int, outcome: str, **values: Any) -> None:
    run.complete(instance, "review", values, by="manager", outcome=outcome)
    run.work()


def bank(instance: int) -> list[str]:
    return [effect.action for effect in BANK.effects(instance)]


def test_a_clear_case_is_offered_at_once_and_paid_out_when_the_customer_accepts(run: GalleryRun) -> None:
    instance = apply(run, ADA)
    seen = run.instance(instance)
    assert (seen.tokens, seen.tasks, seen.variables["assessment"]["rate"]) == (["answer"], [], 4.9)
    run.send("offer accepted", f"L-{instance}")
    run.work()
    assert (run.instance(instance).entered[-1], bank(instance)) == ("paid", ["offer", "pay out"])


def test_history_says_which_rules_decided(run: GalleryRun) -> None:
    row = Instance.objects.get(pk=apply(run, ADA))
    (decided,) = [moment.detail for moment in moments.iterate_moments(row) if moment.kind == "decision"]
    rules = {record["id"]: [table["rules"] for table in record["tables"]] for record in decided["records"]}
    assert (rules["risk_class"], rules["loan_rate"], rules["loan_judgement"]) == (
        [["risk_a"]],
        [["rate_a"]],
        [["clear"]],
    )


def test_the_middle_band_waits_for_a_person_who_sees_why(run: GalleryRun) -> None:
    instance = apply(run, SAM)
    assert run.instance(instance).variables["assessment"]["why"] == "A fair record: look at the burden."
    review(run, instance, "approve")
    assert run.instance(instance).tokens == ["answer"]
    run.move_clock(timedelta(days=14))
    assert run.instance(instance).entered[-1] == "lapsed"


def test_a_person_refuses_and_the_customer_hears_why(run: GalleryRun) -> None:
    instance = apply(run, SAM)
    review(run, instance, "refuse", comment="Too many debts")
    (told,) = BANK.effects(instance)
    assert (told.action, told.asked["comment"]) == ("refuse", "Too many debts")


@pytest.mark.parametrize("values", [ADA | {"income": 900}, ADA | {"applicant": "Max Mustermann"}])
def test_what_the_rules_refuse_no_person_sees(run: GalleryRun, values: dict[str, Any]) -> None:
    instance = apply(run, values)
    assert (run.instance(instance).entered[-1], run.instance(instance).visits["review"]) == ("refused", 0)


def test_without_a_credit_record_a_person_decides(run: GalleryRun) -> None:
    BUREAU.switch("refusing")
    seen = run.instance(apply(run, ADA))
    assert (seen.tokens, seen.variables["assessment"]["why"]) == (["review"], "There is no credit record.")


def test_a_bureau_that_is_down_is_asked_again_and_then_it_is_an_incident(run: GalleryRun) -> None:
    BUREAU.switch("failing")
    instance = apply(run, ADA)
    run.move_clock(timedelta(minutes=5))
    assert [node for node, _, _ in run.instance(instance).incidents] == ["ask_bureau"]
    BUREAU.switch("well")
    run.retry(instance, "ask_bureau")
    run.work()
    assert run.instance(instance).tokens == ["answer"]


@pytest.mark.parametrize(("mode", "calls"), [("duplicate", 2), ("slow", 1)])
def test_a_loan_that_is_paid_twice_or_slowly_is_one_loan(run: GalleryRun, mode: str, calls: int) -> None:
    instance = apply(run, ADA)
    BANK.switch(mode, seconds=0.01)
    run.send("offer accepted", f"L-{instance}")
    run.work()
    assert [(effect.action, effect.calls) for effect in BANK.effects(instance)][1:] == [("pay out", calls)]
