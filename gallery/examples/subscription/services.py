"""Card payments for months and changes of plan, and the accounts of customers."""

from __future__ import annotations

from typing import Any, Final

from engine.service.jobs import LeasedJob
from engine.worker.handlers import handler
from gallery.services import Service

CARDS = Service("subscription-cards", "Card payments", example="subscription")
ACCOUNTS = Service("subscription-accounts", "Customer accounts", example="subscription")
PRICES: Final = {"basic": 9, "team": 29, "firm": 99}  # a month, in euros


@handler("subscription-charge")
def charge_month(job: LeasedJob) -> dict[str, Any]:
    """Charges a month. Reads `customer`, `plan` and `period`; gives `charged`. Refuses with CARD_DECLINED."""
    plan = str(job.variables.get("plan", ""))
    asked = {name: job.variables.get(name) for name in ("customer", "plan", "period")}
    return CARDS.call(job, "charge", asked, lambda: {"charged": PRICES.get(plan, 0)}, "CARD_DECLINED")


@handler("subscription-change")
def charge_difference(job: LeasedJob) -> dict[str, Any]:
    """Charges what the plan `wanted` costs more than `plan`; gives `difference`. Refuses with CARD_DECLINED."""
    before, after = (PRICES.get(str(job.variables.get(name, "")), 0) for name in ("plan", "wanted"))
    asked = {name: job.variables.get(name) for name in ("customer", "plan", "wanted")}
    return CARDS.call(job, "change", asked, lambda: {"difference": max(after - before, 0)}, "CARD_DECLINED")


@handler("subscription-close")
def close_account(job: LeasedJob) -> dict[str, Any]:
    """Closes the account of `customer`."""
    return ACCOUNTS.call(job, "close", {"customer": job.variables.get("customer")}, dict)
