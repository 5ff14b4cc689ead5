"""The warehouse and the mail of a shop; the payment comes as an event from elsewhere."""

from __future__ import annotations

from typing import Any

from engine.service.jobs import LeasedJob
from engine.worker.handlers import handler
from gallery.services import Service

WAREHOUSE = Service("payment-warehouse", "Warehouse", example="payment_reminder")
MAIL = Service("payment-mail", "Mail", example="payment_reminder")


@handler("payment-ship-order")
def ship_order(job: LeasedJob) -> dict[str, Any]:
    """Sends the goods. Reads `order`."""
    return WAREHOUSE.call(job, "ship order", {"order": job.variables.get("order")}, dict)


@handler("payment-cancel-order")
def cancel_order(job: LeasedJob) -> dict[str, Any]:
    """Puts the goods back. Reads `order`."""
    return WAREHOUSE.call(job, "cancel order", {"order": job.variables.get("order")}, dict)


@handler("payment-send-reminder")
def send_reminder(job: LeasedJob) -> dict[str, Any]:
    """Asks for the money. Reads `customer`, `order`, `amount`."""
    asked = {name: job.variables.get(name) for name in ("customer", "order", "amount")}
    return MAIL.call(job, "send reminder", asked, dict)
