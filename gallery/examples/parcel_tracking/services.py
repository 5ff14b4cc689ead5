"""Who hears of a parcel: the recipient when it is there, the cashier when it is not."""

from __future__ import annotations

from typing import Any

from engine.service.jobs import LeasedJob
from engine.worker.handlers import handler
from gallery.services import Service

MAIL = Service("parcel-mail", "Mail", example="parcel_tracking")
CASHIER = Service("parcel-cashier", "Cashier", example="parcel_tracking")


@handler("parcel-tell")
def tell(job: LeasedJob) -> dict[str, Any]:
    """Tells the recipient. Reads `recipient`."""
    return MAIL.call(job, "tell", {"recipient": job.variables.get("recipient")}, dict)


@handler("parcel-refund")
def refund(job: LeasedJob) -> dict[str, Any]:
    """Gives the money back, once however often it is asked. Gives `refund`."""
    return CASHIER.call(job, "refund", {"parcel": job.business_key}, lambda: {"refund": f"R-{job.id}"})
