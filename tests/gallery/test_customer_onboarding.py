"""Customer onboarding: it waits for documents for days, reminds, asks again, and gives up after three weeks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from engine.core.model.problems import CorrelationError
from gallery.examples.customer_onboarding.services import LETTERS, REGISTER
from inbox import links
from tests.gallery.running import GalleryRun

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
ADA = {"kind": "person", "name": "Ada Byron", "email": "ada@example.org"}


@pytest.fixture
def run(gallery_run: GalleryRun) -> GalleryRun:
    gallery_run.install("customer_onboarding")
    return gallery_run


def apply(run: GalleryRun) -> int:
    instance = run.submit_start("customer_onboarding", ADA)
    run.work()
    return instance


def send(run: GalleryRun, instance: int, *documents: str) -> None:
    run.send("documents received", f"A-{instance}", {"received": list(documents)})
    run.work()


def check(run: GalleryRun, instance: int, outcome: str, **values: Any) -> None:
    run.complete(instance, "check", values, by="clerk", outcome=outcome)
    run.work()


def letters(instance: int) -> list[str]:
    return [effect.action for effect in LETTERS.effects(instance)]


def test_documents_that_come_after_days_open_the_account(run: GalleryRun) -> None:
    instance = apply(run)
    run.move_clock(5 * DAY)
    assert (run.instance(instance).tokens, letters(instance)) == (["wait"], ["ask", "remind"])
    send(run, instance, "identity card", "proof of address")
    assert run.tasks(instance)[0].due == run.now + 2 * DAY
    check(run, instance, "accept", seen=["identity card", "proof of address"])
    seen = run.instance(instance)
    assert (seen.status, seen.variables["customerNumber"]) == ("completed", f"C-{instance}")


def test_what_is_missing_is_asked_for_again_and_the_clock_starts_anew(run: GalleryRun) -> None:
    instance = apply(run)
    run.move_clock(20 * DAY)
    send(run, instance, "identity card")
    check(run, instance, "more", seen=["identity card"], comment="Where do you live?")
    assert LETTERS.effects(instance)[-1].asked["comment"] == "Where do you live?"
    run.move_clock(20 * DAY)
    assert run.instance(instance).tokens == ["wait"]
    send(run, instance, "proof of address")
    check(run, instance, "refuse", comment="It is of last year")
    assert (run.instance(instance).entered[-1], letters(instance)[-1]) == ("refused", "refuse")


def test_without_an_answer_the_file_is_closed_after_three_weeks(run: GalleryRun) -> None:
    instance = apply(run)
    run.move_clock(21 * DAY)
    seen = run.instance(instance)
    assert (seen.status, seen.entered[-1], seen.variables["reminders"]) == ("completed", "lapsed", 6)
    with pytest.raises(CorrelationError):
        send(run, instance, "identity card")


def test_documents_reach_the_applicant_they_are_of(run: GalleryRun) -> None:
    one, other = apply(run), apply(run)
    send(run, other, "identity card")
    assert [run.instance(each).tokens for each in (one, other)] == [["wait"], ["check"]]


def test_a_stranger_applies_by_a_public_link(run: GalleryRun, client: Client) -> None:
    link = links.make_link(run.person("admin"), "customer_onboarding")
    sent = client.post(
        reverse("inbox:public-send", args=[links.sign(link)]), {"variables": ADA}, content_type="application/json"
    )
    assert sent.status_code == 201
    run.work()
    (instance,) = run.find("customer_onboarding")
    assert (run.instance(instance).tokens, letters(instance)) == (["wait"], ["ask"])


@pytest.mark.parametrize(("mode", "calls"), [("duplicate", 2), ("slow", 1)])
def test_a_letter_that_is_sent_twice_or_slowly_is_one_letter(run: GalleryRun, mode: str, calls: int) -> None:
    LETTERS.switch(mode, seconds=0.01)
    instance = apply(run)
    assert [(effect.action, effect.calls) for effect in LETTERS.effects(instance)] == [("ask", calls)]


def test_a_letter_that_cannot_be_sent_is_an_incident_and_goes_out_when_it_is_retried(run: GalleryRun) -> None:
    LETTERS.switch("failing")
    instance = apply(run)
    run.move_clock(timedelta(minutes=5))
    assert [node for node, _, _ in run.instance(instance).incidents] == ["ask"]
    LETTERS.switch("well")
    run.retry(instance, "ask")
    run.work()
    assert (run.instance(instance).tokens, letters(instance)) == (["wait"], ["ask"])


def test_a_register_that_refuses_is_an_incident_at_once(run: GalleryRun) -> None:
    REGISTER.switch("refusing", note="Closed for stocktaking.")
    instance = apply(run)
    assert run.instance(instance).incidents == [("open_file", "job-failed", "Closed for stocktaking.")]
    (call,) = REGISTER.calls(instance)
    assert call.calls == 1
