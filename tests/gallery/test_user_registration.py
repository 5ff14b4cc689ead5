"""Choreography: one event, and reactions that fail, wait and end each for itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gallery.examples.user_registration.services import ACCOUNTS, MAIL, PROFILES
from tests.gallery.running import GalleryRun, nodes_of

pytestmark = pytest.mark.django_db
REACTIONS = ("registration_welcome", "registration_profile", "registration_confirmation")
PERSON = {"name": "Barbara", "email": "barbara@example.com"}


@pytest.fixture
def run(gallery_run: GalleryRun) -> GalleryRun:
    gallery_run.install("user_registration")
    return gallery_run


def sign_up(run: GalleryRun) -> str:
    """The user's id."""
    instance = run.submit_start("user_registration", PERSON)
    run.work()
    return str(run.instance(instance).variables.get("user"))


def register_elsewhere(run: GalleryRun, event: str = "1") -> str:
    status = run.receive("user.registered", event, source="/partner", subject="U-7", data=PERSON)
    run.work()
    return status


def confirm(run: GalleryRun, user: str, event: str = "2") -> str:
    status = run.receive("user.email-confirmed", event, subject=user)
    run.work()
    return status


def ways(run: GalleryRun) -> dict[str, list[list[str]]]:
    """Where the reactions stand, or the end they came to."""
    return {
        process: [seen.tokens or [seen.entered[-1]] for seen in map(run.instance, run.find(process))]
        for process in REACTIONS
    }


def test_everybody_reacts_to_a_sign_up(run: GalleryRun) -> None:
    user = sign_up(run)
    assert ways(run) == {
        "registration_welcome": [["done"]],
        "registration_profile": [["done"]],
        "registration_confirmation": [["await_confirmation"]],
    }
    assert [effect.asked for effect in PROFILES.effects()] == [{"user": user, "name": "Barbara"}]


def test_a_confirmed_address_opens_the_account(run: GalleryRun) -> None:
    user = sign_up(run)
    assert confirm(run, user) == "done"
    assert ways(run)["registration_confirmation"] == [["opened"]]
    assert nodes_of(ACCOUNTS.effects())[-1] == "registration-accounts open account"


def test_mail_that_is_down_stops_mail_and_nothing_else(run: GalleryRun) -> None:
    MAIL.switch("failing", note="The line is dead.")
    sign_up(run)
    run.move_clock(timedelta(minutes=1))
    assert ways(run) == {
        "registration_welcome": [["send_welcome"]],
        "registration_profile": [["done"]],
        "registration_confirmation": [["send_link"]],
    }
    (sender,) = run.find("user_registration")
    assert run.instance(sender).status == "completed"
    (welcome,) = run.find("registration_welcome")
    assert run.instance(welcome).business_key == run.instance(sender).variables["user"]
    assert run.instance(welcome).incidents == [("send_welcome", "job-failed", "The line is dead.")]

    MAIL.switch("well")
    run.retry(welcome)
    run.work()
    assert ways(run)["registration_welcome"] == [["done"]]


def test_an_address_that_is_taken_is_no_event(run: GalleryRun) -> None:
    ACCOUNTS.switch("refusing")
    sign_up(run)
    assert ways(run) == {process: [] for process in REACTIONS}


def test_an_event_from_elsewhere_is_as_good(run: GalleryRun) -> None:
    assert register_elsewhere(run) == "done"
    assert {process: len(found) for process, found in ways(run).items()} == dict.fromkeys(REACTIONS, 1)
    (confirmation,) = run.find("registration_confirmation")
    assert run.instance(confirmation).variables == {"user": "U-7", **PERSON}


def test_an_event_that_comes_twice_is_reacted_to_once(run: GalleryRun) -> None:
    assert [register_elsewhere(run), register_elsewhere(run)] == ["done", "known"]
    assert {process: len(found) for process, found in ways(run).items()} == dict.fromkeys(REACTIONS, 1)


def test_a_call_that_comes_twice_sends_one_mail(run: GalleryRun) -> None:
    MAIL.switch("duplicate")
    sign_up(run)
    assert [(effect.action, effect.calls) for effect in MAIL.effects()] == [("send link", 2), ("send welcome", 2)]


def test_a_confirmation_that_overtakes_its_registration_is_kept_for_it(run: GalleryRun) -> None:
    assert confirm(run, "U-7") == "kept"
    register_elsewhere(run)
    assert ways(run)["registration_confirmation"] == [["opened"]]


def test_an_account_that_nobody_confirms_is_closed_and_a_late_confirmation_opens_nothing(run: GalleryRun) -> None:
    user = sign_up(run)
    run.move_clock(timedelta(days=2))
    assert ways(run)["registration_confirmation"] == [["closed"]]
    assert confirm(run, user) == "kept"
    assert ways(run)["registration_confirmation"] == [["closed"]]


def test_slow_mail_is_waited_for(run: GalleryRun) -> None:
    MAIL.switch("slow", seconds=0.01)
    sign_up(run)
    assert ways(run)["registration_welcome"] == [["done"]]
