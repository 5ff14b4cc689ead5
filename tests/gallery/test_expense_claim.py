"""Expense claim: four eyes hold, reminders and escalation come in time, and a payment is made once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User

from engine.service.errors import Forbidden, NotFound
from gallery.examples.expense_claim.services import MAIL, PAYMENTS
from tests.gallery.running import GalleryRun

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LARGE = {"amount": 1290, "category": "equipment", "reason": "Laptop", "account": "DE02 5001 0517"}
SMALL = {"amount": 84.5, "category": "travel", "reason": "Train", "account": "DE02 1203 0000"}


@pytest.fixture
def run(gallery_run: GalleryRun) -> GalleryRun:
    gallery_run.install("expense_claim")
    return gallery_run


def claim(run: GalleryRun, values: dict[str, Any], by: str = "clerk") -> int:
    instance = run.submit_start("expense_claim", values, by=by)
    run.work()
    return instance


def done(run: GalleryRun, instance: int, node: str, by: str, outcome: str = "", **values: Any) -> None:
    run.complete(instance, node, values, by=by, outcome=outcome)
    run.work()


def approved(run: GalleryRun) -> int:
    instance = claim(run, SMALL)
    done(run, instance, "approve", "manager", "approve")
    return instance


def test_a_small_claim_is_paid_when_one_manager_approves(run: GalleryRun) -> None:
    seen = run.instance(approved(run))
    assert (seen.status, seen.variables["claimant"]) == ("completed", "clerk")
    (payment,) = PAYMENTS.effects(seen.id)
    assert (payment.asked, payment.calls) == ({"amount": 84.5, "account": SMALL["account"]}, 1)


def test_nobody_approves_a_claim_of_their_own(run: GalleryRun) -> None:
    instance = claim(run, SMALL, by="manager")
    with pytest.raises(Forbidden) as refused:
        done(run, instance, "approve", "manager", "approve")
    assert refused.value.code == "four-eyes"
    assert run.instance(instance).tokens == ["approve"]


def test_who_approved_a_large_claim_does_not_release_it(run: GalleryRun) -> None:
    instance = claim(run, LARGE)
    done(run, instance, "approve", "manager", "approve")
    with pytest.raises(Forbidden) as refused:
        done(run, instance, "release", "manager", "release")
    assert refused.value.code == "four-eyes"
    other = User.objects.create_user("other")
    other.groups.set(Group.objects.filter(name__in=("participants", "managers")))
    done(run, instance, "release", "other", "release")
    assert run.instance(instance).status == "completed"


def test_a_clerk_does_not_even_see_the_task_of_the_managers(run: GalleryRun) -> None:
    instance = claim(run, SMALL)
    with pytest.raises(NotFound):
        done(run, instance, "approve", "clerk", "approve")


def test_managers_are_reminded_twice_and_on_the_third_day_administrators_decide(run: GalleryRun) -> None:
    instance = claim(run, SMALL)
    run.move_clock(2 * DAY)
    assert (run.instance(instance).tokens, len(MAIL.effects(instance))) == (["approve"], 2)
    run.move_clock(DAY)
    seen = run.instance(instance)
    assert (seen.tokens, seen.variables["reminders"]) == (["approve_late"], 2)
    assert seen.tasks[0].priority == 80
    done(run, instance, "approve_late", "admin", "refuse", comment="Ask before you go")
    assert run.instance(instance).entered[-1] == "refused"
    assert MAIL.effects(instance)[-1].asked == {"to": "clerk", "why": "Ask before you go"}


def test_an_unknown_account_goes_back_to_whoever_claimed(run: GalleryRun) -> None:
    PAYMENTS.switch("refusing")
    instance = approved(run)
    assert [(task.node, task.assignee) for task in run.tasks(instance)] == [("correct", "clerk")]
    PAYMENTS.switch("well")
    done(run, instance, "correct", "clerk", account="DE02 9999 0000")
    assert run.instance(instance).entered[-1] == "paid"
    (payment,) = PAYMENTS.effects(instance)
    assert payment.asked["account"] == "DE02 9999 0000"


def test_a_payment_office_that_fails_leaves_an_incident_and_is_paid_once_when_it_is_retried(run: GalleryRun) -> None:
    PAYMENTS.switch("failing")
    instance = approved(run)
    run.move_clock(timedelta(minutes=5))
    assert [(node, code) for node, code, _ in run.instance(instance).incidents] == [("pay", "job-failed")]
    PAYMENTS.switch("well")
    run.retry(instance, "pay")
    run.work()
    assert run.instance(instance).status == "completed"
    assert len(PAYMENTS.effects(instance)) == 1


@pytest.mark.parametrize("mode", ["duplicate", "slow"])
def test_a_payment_that_is_sent_twice_or_slowly_is_one_payment(run: GalleryRun, mode: str) -> None:
    PAYMENTS.switch(mode, seconds=0.01)
    instance = approved(run)
    assert run.instance(instance).status == "completed"
    assert len(PAYMENTS.effects(instance)) == 1


def test_a_mail_desk_that_is_down_does_not_hold_up_the_claim(run: GalleryRun) -> None:
    MAIL.switch("failing")
    instance = claim(run, SMALL)
    run.move_clock(DAY + timedelta(hours=1))
    assert [node for node, _, _ in run.instance(instance).incidents] == ["remind"]
    done(run, instance, "approve", "manager", "approve")
    assert "paid" in run.instance(instance).entered
