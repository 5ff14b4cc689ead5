"""The shop window, the payouts, and two services that only hear of what the others do."""

from __future__ import annotations

from typing import Any

from engine.service.jobs import LeasedJob
from engine.worker.handlers import handler
from gallery.services import Service

WINDOW = Service("listing-window", "Shop window", example="marketplace_listing")
PAYOUTS = Service("listing-payouts", "Payouts", example="marketplace_listing")
SEARCH = Service("listing-search", "Search index", example="marketplace_listing")
ALERTS = Service("listing-alerts", "Alerts", example="marketplace_listing")


@handler("listing-publish")
def publish(job: LeasedJob) -> dict[str, Any]:
    """Puts the listing into the window. Reads `title`, `price`; gives `listing`."""
    asked = {name: job.variables.get(name) for name in ("title", "price")}
    return WINDOW.call(job, "publish", asked, lambda: {"listing": f"L-{job.id}"})


@handler("listing-take-down")
def take_down(job: LeasedJob) -> dict[str, Any]:
    """Takes the listing out of the window. Reads `listing`."""
    return WINDOW.call(job, "take down", {"listing": job.variables.get("listing")}, dict)


@handler("listing-pay-seller")
def pay_seller(job: LeasedJob) -> dict[str, Any]:
    """Sends the seller the money. Reads `seller`, `price`."""
    asked = {name: job.variables.get(name) for name in ("seller", "price")}
    return PAYOUTS.call(job, "pay seller", asked, dict, "PAYOUT_REFUSED")


@handler("listing-add-to-search")
def add_to_search(job: LeasedJob) -> dict[str, Any]:
    """Lets the listing be found. Reads `listing`, `title`."""
    asked = {name: job.variables.get(name) for name in ("listing", "title")}
    return SEARCH.call(job, "add", asked, dict)


@handler("listing-remove-from-search")
def remove_from_search(job: LeasedJob) -> dict[str, Any]:
    """The listing is not found any more. Reads `listing`."""
    return SEARCH.call(job, "remove", {"listing": job.variables.get("listing")}, dict)


@handler("listing-tell-watchers")
def tell_watchers(job: LeasedJob) -> dict[str, Any]:
    """Tells those who look for such a thing. Reads `category`, `price`."""
    asked = {name: job.variables.get(name) for name in ("category", "price")}
    return ALERTS.call(job, "tell watchers", asked, dict)
