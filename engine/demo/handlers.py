"""What the demo's service tasks do; nothing here leaves the process."""

from __future__ import annotations

from typing import Any

from engine.core.model.problems import BpmnError
from engine.service.jobs import LeasedJob
from engine.worker.handlers import handler


@handler("pay-expense")
def pay_expense(job: LeasedJob) -> dict[str, Any]:
    """Pays an approved expense. Reads `amount`; gives `paymentReference`, the same for every attempt."""
    amount = job.variables.get("amount")
    if not isinstance(amount, int | float) or amount <= 0:
        raise BpmnError("INVALID_AMOUNT", f"The amount {amount!r} cannot be paid.")
    return {"paymentReference": job.idempotency_key}
