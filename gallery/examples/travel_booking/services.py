"""The desks that a trip is booked at. All that is cancelled goes through one desk, so that undoing can fail alone."""

from __future__ import annotations

from typing import Any, Final

from engine.service.jobs import LeasedJob
from engine.worker.handlers import handler
from gallery.services import Service

FLIGHTS = Service("travel-flights", "Flight desk", example="travel_booking")
HOTELS = Service("travel-hotels", "Hotel desk", example="travel_booking")
CARS = Service("travel-cars", "Car rental", example="travel_booking")
CARDS = Service("travel-cards", "Card payments", example="travel_booking")
TICKETS = Service("travel-tickets", "Ticket printer", example="travel_booking")
CANCELLATIONS = Service("travel-cancellations", "Cancellation desk", example="travel_booking")
MAIL = Service("travel-mail", "Mail", example="travel_booking")

PRICE: Final = 200  # of flight and car
PRICE_OF_A_NIGHT: Final = 80


@handler("travel-reserve-flight")
def reserve_flight(job: LeasedJob) -> dict[str, Any]:
    """Reserves a seat. Reads `traveller`, `destination`, `firstDay`; gives `flight`."""
    asked = {name: job.variables.get(name) for name in ("traveller", "destination", "firstDay")}
    return FLIGHTS.call(job, "reserve flight", asked, lambda: {"flight": f"F-{job.id}"}, "NO_SEATS")


@handler("travel-reserve-hotel")
def reserve_hotel(job: LeasedJob) -> dict[str, Any]:
    """Reserves a room. Reads `traveller`, `destination`, `nights`; gives `hotel`."""
    asked = {name: job.variables.get(name) for name in ("traveller", "destination", "nights")}
    return HOTELS.call(job, "reserve hotel", asked, lambda: {"hotel": f"H-{job.id}"}, "NO_ROOMS")


@handler("travel-reserve-car")
def reserve_car(job: LeasedJob) -> dict[str, Any]:
    """Reserves a car. Reads `traveller`, `destination`; gives `car`."""
    asked = {name: job.variables.get(name) for name in ("traveller", "destination")}
    return CARS.call(job, "reserve car", asked, lambda: {"car": f"C-{job.id}"}, "NO_CARS")


@handler("travel-charge-card")
def charge_card(job: LeasedJob) -> dict[str, Any]:
    """Charges the card. Reads `nights`; gives `payment`."""
    amount = PRICE + PRICE_OF_A_NIGHT * int(job.variables.get("nights", 1))
    return CARDS.call(job, "charge card", {"amount": amount}, lambda: {"payment": f"P-{job.id}"}, "CARD_DECLINED")


@handler("travel-issue-tickets")
def issue_tickets(job: LeasedJob) -> dict[str, Any]:
    """Prints what was reserved. Reads `flight`, `hotel`, `car`; gives `tickets`."""
    asked = {name: job.variables.get(name) for name in ("flight", "hotel", "car")}
    return TICKETS.call(job, "issue tickets", asked, lambda: {"tickets": f"T-{job.id}"}, "NOT_ISSUED")


@handler("travel-cancel-flight")
def cancel_flight(job: LeasedJob) -> dict[str, Any]:
    """Gives the seat back. Reads `flight`."""
    return CANCELLATIONS.call(job, "cancel flight", {"flight": job.variables.get("flight")}, dict)


@handler("travel-cancel-hotel")
def cancel_hotel(job: LeasedJob) -> dict[str, Any]:
    """Gives the room back. Reads `hotel`."""
    return CANCELLATIONS.call(job, "cancel hotel", {"hotel": job.variables.get("hotel")}, dict)


@handler("travel-cancel-car")
def cancel_car(job: LeasedJob) -> dict[str, Any]:
    """Gives the car back. Reads `car`."""
    return CANCELLATIONS.call(job, "cancel car", {"car": job.variables.get("car")}, dict)


@handler("travel-refund-card")
def refund_card(job: LeasedJob) -> dict[str, Any]:
    """Gives the money back. Reads `payment`."""
    return CARDS.call(job, "refund card", {"payment": job.variables.get("payment")}, dict)


@handler("travel-tell-traveller")
def tell_traveller(job: LeasedJob) -> dict[str, Any]:
    """Says that there will be no trip. Reads `traveller`, `reason`."""
    asked = {name: job.variables.get(name) for name in ("traveller", "reason")}
    return MAIL.call(job, "tell traveller", asked, dict)
