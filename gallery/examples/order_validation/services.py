"""Who checks an order, and who hears of the verdict; both variants ask the same."""

from __future__ import annotations

from typing import Any, Final

from engine.core.model.problems import BpmnError
from engine.service.jobs import LeasedJob
from engine.worker.handlers import handler
from gallery.services import Service

STOCK = Service("order-stock", "Stock", example="order_validation")
FRAUD = Service("order-fraud", "Fraud check", example="order_validation")
ADDRESSES = Service("order-addresses", "Address check", example="order_validation")
SHOP = Service("order-shop", "Shop", example="order_validation")

REFUSAL: Final = "CHECK_FAILED"
IN_STOCK: Final = 100
MOST_TRUSTED: Final = 5_000
COUNTRIES: Final = ("PT", "DE")


def _refuse_unless(is_fine: bool, message: str) -> dict[str, Any]:
    if not is_fine:
        raise BpmnError(REFUSAL, message)
    return {}


@handler("order-check-stock")
def check_stock(job: LeasedJob) -> dict[str, Any]:
    """Refuses more than there is. Reads `pieces`."""
    pieces = int(job.variables.get("pieces", 0))
    words = f"Only {IN_STOCK} pieces are in stock."
    return STOCK.call(job, "check", {"pieces": pieces}, lambda: _refuse_unless(pieces <= IN_STOCK, words), REFUSAL)


@handler("order-check-fraud")
def check_fraud(job: LeasedJob) -> dict[str, Any]:
    """Refuses what is too dear to be trusted. Reads `total`."""
    total = float(job.variables.get("total", 0))
    words = f"More than {MOST_TRUSTED} euros needs a call first."
    return FRAUD.call(job, "check", {"total": total}, lambda: _refuse_unless(total <= MOST_TRUSTED, words), REFUSAL)


@handler("order-check-address")
def check_address(job: LeasedJob) -> dict[str, Any]:
    """Refuses where nothing is delivered. Reads `country`."""
    country = str(job.variables.get("country", ""))
    words = f"Nothing is delivered to {country}."
    asked = {"country": country}
    return ADDRESSES.call(job, "check", asked, lambda: _refuse_unless(country in COUNTRIES, words), REFUSAL)


@handler("order-accept")
def accept(job: LeasedJob) -> dict[str, Any]:
    """Tells the shop that the order is fine. Gives `verdict`."""
    return SHOP.call(job, "accept", {"customer": job.variables.get("customer")}, lambda: {"verdict": "accepted"})


@handler("order-reject")
def reject(job: LeasedJob) -> dict[str, Any]:
    """Tells the shop why not. Reads `problems`; gives `verdict` and `reasons`."""
    problems = list(job.variables.get("problems") or [])
    return SHOP.call(job, "reject", {"problems": problems}, lambda: {"verdict": "rejected", "reasons": problems})
