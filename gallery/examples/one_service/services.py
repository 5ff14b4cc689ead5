"""The exchange rates that the payment asks for."""

from __future__ import annotations

from typing import Any, Final

from engine.service.jobs import LeasedJob
from engine.worker.handlers import handler
from gallery.services import Service

RATES = Service("rates", "Exchange rates", example="one_service")
IN_EUROS: Final = {"USD": 0.8, "GBP": 1.2, "CHF": 1.05}


@handler("rates-ask")
def ask_rate(job: LeasedJob) -> dict[str, Any]:
    """Asks for a rate. Reads `currency`; gives `rate`, in euros."""
    currency = str(job.variables.get("currency", ""))
    return RATES.call(job, "ask", {"currency": currency}, lambda: {"rate": IN_EUROS.get(currency, 1)}, "NO_RATE")
