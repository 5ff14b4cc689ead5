"""The credit bureau, which knows people by their names, and the bank's own desk."""

from __future__ import annotations

from typing import Any, Final

from engine.service.jobs import LeasedJob
from engine.worker.handlers import handler
from gallery.services import Service

BUREAU = Service("loan-bureau", "Credit bureau", example="loan_application")
BANK = Service("loan-bank", "Loan desk", example="loan_application")
SCORES: Final = {"Ada Byron": 720, "Sam Miller": 610, "Max Mustermann": 480}
USUAL: Final = 650


@handler("loan-credit-record")
def ask_for_record(job: LeasedJob) -> dict[str, Any]:
    """Asks the credit bureau. Reads `applicant`; gives `score`, from 300 to 850. Refuses with NO_RECORD."""
    name = str(job.variables.get("applicant", ""))
    return BUREAU.call(job, "ask", {"name": name}, lambda: {"score": SCORES.get(name, USUAL)}, "NO_RECORD")


@handler("loan-offer")
def make_offer(job: LeasedJob) -> dict[str, Any]:
    """Sends the customer an offer. Reads `applicant`, `amount`, `months` and `assessment`; gives `contract`."""
    asked = {name: job.variables.get(name) for name in ("applicant", "amount", "months", "assessment")}
    return BANK.call(job, "offer", asked, lambda: {"contract": f"L-{job.instance}"})


@handler("loan-pay-out")
def pay_out(job: LeasedJob) -> dict[str, Any]:
    """Pays the loan out. Reads `contract` and `amount`."""
    return BANK.call(job, "pay out", {name: job.variables.get(name) for name in ("contract", "amount")}, dict)


@handler("loan-refusal")
def tell_customer(job: LeasedJob) -> dict[str, Any]:
    """Tells the customer that there is no loan, and why. Reads `applicant`, `assessment` and `comment`."""
    asked = {name: job.variables.get(name) for name in ("applicant", "assessment", "comment")}
    return BANK.call(job, "refuse", asked, dict)
