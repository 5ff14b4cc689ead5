"""Who writes to people about claims, and who pays them."""

from __future__ import annotations

from typing import Any

from engine.service.jobs import LeasedJob
from engine.worker.handlers import handler
from gallery.services import Service

MAIL = Service("expense-mail", "Mail desk", example="expense_claim")
PAYMENTS = Service("expense-payments", "Payment office", example="expense_claim")


@handler("expense-remind")
def remind_managers(job: LeasedJob) -> dict[str, Any]:
    """Reminds the managers of a claim that waits for them. Reads `claimant` and `amount`."""
    asked = {"to": "managers", "claimant": job.variables.get("claimant"), "amount": job.variables.get("amount")}
    return MAIL.call(job, "remind", asked, dict)


@handler("expense-refusal")
def tell_claimant(job: LeasedJob) -> dict[str, Any]:
    """Tells the claimant that the claim is refused. Reads `claimant` and `comment`."""
    asked = {"to": job.variables.get("claimant"), "why": job.variables.get("comment")}
    return MAIL.call(job, "refuse", asked, dict)


@handler("expense-pay")
def pay_claim(job: LeasedJob) -> dict[str, Any]:
    """Pays a claim. Reads `amount` and `account`; gives `payment`. Refuses with ACCOUNT_UNKNOWN."""
    asked = {"amount": job.variables.get("amount"), "account": job.variables.get("account")}
    return PAYMENTS.call(job, "pay", asked, lambda: {"payment": f"P-{job.idempotency_key}"}, "ACCOUNT_UNKNOWN")
