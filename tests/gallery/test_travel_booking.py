"""A saga: what was done is undone, last first and once, also where the undoing itself fails for a while."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gallery.examples.travel_booking.services import CANCELLATIONS, CARDS, CARS, FLIGHTS, HOTELS, MAIL, TICKETS
from gallery.services import effects
from tests.gallery.running import GalleryRun

pytestmark = pytest.mark.django_db
TRIP = {"traveller": "Ada", "destination": "Lisbon", "firstDay": "2030-05-03", "nights": 3}
BOOKED = ["Flight reserved", "Hotel reserved", "Car reserved", "Card charged", "Tickets issued"]


@pytest.fixture
def run(gallery_run: GalleryRun) -> GalleryRun:
    gallery_run.install("travel_booking")
    return gallery_run


def start(run: GalleryRun) -> int:
    instance = run.submit_start("travel_booking", TRIP)
    run.work()
    return instance


def actions(instance: int) -> list[str]:
    return [effect.action for effect in effects(instance)]


def test_a_trip_is_booked_step_by_step(run: GalleryRun) -> None:
    seen = run.instance(start(run))
    assert (seen.status, seen.entered[-1], seen.variables["journal"]) == ("completed", "booked", BOOKED)
    assert CARDS.effects(seen.id)[0].asked == {"amount": 440}


def test_without_a_car_hotel_and_flight_are_cancelled_in_this_order(run: GalleryRun) -> None:
    CARS.switch("refusing", note="No car is left.")
    seen = run.instance(start(run))
    assert (seen.status, seen.entered[-1]) == ("completed", "not_booked")
    assert seen.variables["journal"] == [*BOOKED[:2], "Hotel cancelled", "Flight cancelled"]
    assert actions(seen.id) == ["reserve flight", "reserve hotel", "cancel hotel", "cancel flight", "tell traveller"]


def test_what_is_undone_is_what_was_reserved(run: GalleryRun) -> None:
    CARS.switch("refusing")
    seen = run.instance(start(run))
    asked = [effect.asked for effect in CANCELLATIONS.effects(seen.id)]
    assert asked == [{"hotel": seen.variables["hotel"]}, {"flight": seen.variables["flight"]}]


def test_the_traveller_is_told_why(run: GalleryRun) -> None:
    CARS.switch("refusing", note="No car is left.")
    seen = run.instance(start(run))
    assert MAIL.effects(seen.id)[0].asked == {"traveller": "Ada", "reason": "No car is left."}
    assert seen.variables["refusal"] == "NO_CARS"


def test_tickets_that_cannot_be_issued_give_the_money_back_first(run: GalleryRun) -> None:
    TICKETS.switch("refusing")
    instance = start(run)
    assert actions(instance)[4:] == ["refund card", "cancel car", "cancel hotel", "cancel flight", "tell traveller"]


def test_a_first_step_that_is_refused_leaves_nothing_to_undo(run: GalleryRun) -> None:
    FLIGHTS.switch("refusing")
    seen = run.instance(start(run))
    assert (seen.status, seen.entered[-1], actions(seen.id)) == ("completed", "not_booked", ["tell traveller"])


def test_a_cancellation_that_fails_is_an_incident_and_the_saga_ends_undone_once_it_is_retried(run: GalleryRun) -> None:
    CARS.switch("refusing")
    CANCELLATIONS.switch("failing", note="Closed until nine.")
    instance = start(run)
    assert run.instance(instance).incidents == []
    run.move_clock(timedelta(minutes=5))
    seen = run.instance(instance)
    assert (seen.status, seen.incidents) == ("active", [("cancel_hotel", "job-failed", "Closed until nine.")])
    assert ([one.calls for one in CANCELLATIONS.calls(instance)], CANCELLATIONS.effects(instance)) == ([3], [])

    CANCELLATIONS.switch("well")
    run.retry(instance, "cancel_hotel")
    run.work()
    seen = run.instance(instance)
    assert (seen.status, seen.entered[-1], seen.incidents) == ("completed", "not_booked", [])
    assert seen.variables["journal"] == [*BOOKED[:2], "Hotel cancelled", "Flight cancelled"]
    assert [(one.action, one.calls) for one in CANCELLATIONS.calls(instance)] == [
        ("cancel hotel", 4),
        ("cancel flight", 1),
    ]


def test_a_cancellation_that_recovers_by_itself_needs_nobody(run: GalleryRun) -> None:
    CARS.switch("refusing")
    CANCELLATIONS.switch("failing")
    instance = start(run)
    CANCELLATIONS.switch("well")
    run.move_clock(timedelta(minutes=5))
    assert run.instance(instance).entered[-1] == "not_booked"


def test_a_network_that_sends_everything_twice_undoes_everything_once(run: GalleryRun) -> None:
    for service in (FLIGHTS, HOTELS, CANCELLATIONS, CARDS, MAIL):
        service.switch("duplicate")
    CARS.switch("refusing")
    seen = run.instance(start(run))
    assert seen.variables["journal"] == [*BOOKED[:2], "Hotel cancelled", "Flight cancelled"]
    assert {effect.calls for effect in effects(seen.id)} == {2}


def test_a_service_that_fails_is_retried_and_nothing_is_undone(run: GalleryRun) -> None:
    HOTELS.switch("failing")
    instance = start(run)
    run.move_clock(timedelta(minutes=5))
    seen = run.instance(instance)
    assert (seen.tokens, actions(instance)) == (["reserve_hotel"], ["reserve flight"])
    HOTELS.switch("well")
    run.retry(instance)
    run.work()
    assert run.instance(instance).variables["journal"] == BOOKED


def test_slow_services_change_nothing(run: GalleryRun) -> None:
    HOTELS.switch("slow", seconds=0.01)
    assert run.instance(start(run)).entered[-1] == "booked"
