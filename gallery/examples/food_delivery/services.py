"""Kitchen, card payments and couriers: each can be taken back what it promised."""

from __future__ import annotations

from typing import Any

from engine.service.jobs import LeasedJob
from engine.worker.handlers import handler
from gallery.services import Service

KITCHEN = Service("food-kitchen", "Kitchen", example="food_delivery")
CARDS = Service("food-cards", "Card payments", example="food_delivery")
COURIERS = Service("food-couriers", "Couriers", example="food_delivery")
MAIL = Service("food-mail", "Mail", example="food_delivery")


@handler("food-reserve-dishes")
def reserve_dishes(job: LeasedJob) -> dict[str, Any]:
    """Asks the kitchen to cook. Reads `dishes`; gives `kitchenTicket`."""
    asked = {"dishes": job.variables.get("dishes")}
    return KITCHEN.call(job, "reserve dishes", asked, lambda: {"kitchenTicket": f"K-{job.id}"}, "SOLD_OUT")


@handler("food-call-off-dishes")
def call_off_dishes(job: LeasedJob) -> dict[str, Any]:
    """Tells the kitchen that nobody will eat it. Reads `kitchenTicket`."""
    return KITCHEN.call(job, "call off dishes", {"kitchenTicket": job.variables.get("kitchenTicket")}, dict)


@handler("food-charge-card")
def charge_card(job: LeasedJob) -> dict[str, Any]:
    """Charges the card. Reads `amount`; gives `payment`."""
    asked = {"amount": job.variables.get("amount")}
    return CARDS.call(job, "charge card", asked, lambda: {"payment": f"P-{job.id}"}, "CARD_DECLINED")


@handler("food-refund-card")
def refund_card(job: LeasedJob) -> dict[str, Any]:
    """Gives the money back. Reads `payment`."""
    return CARDS.call(job, "refund card", {"payment": job.variables.get("payment")}, dict)


@handler("food-assign-courier")
def assign_courier(job: LeasedJob) -> dict[str, Any]:
    """Finds somebody who rides. Reads `address`; gives `courier`."""
    asked = {"address": job.variables.get("address")}
    return COURIERS.call(job, "assign courier", asked, lambda: {"courier": "Grace"}, "NO_COURIER")


@handler("food-release-courier")
def release_courier(job: LeasedJob) -> dict[str, Any]:
    """Lets the courier take another order. Reads `courier`."""
    return COURIERS.call(job, "release courier", {"courier": job.variables.get("courier")}, dict)


@handler("food-tell-customer")
def tell_customer(job: LeasedJob) -> dict[str, Any]:
    """Says that there will be no food. Reads `customer`, `reason`."""
    asked = {name: job.variables.get(name) for name in ("customer", "reason")}
    return MAIL.call(job, "tell customer", asked, dict)
