"""The register of applicants, and the letters to them."""

from __future__ import annotations

from typing import Any, Final

from engine.service.jobs import LeasedJob
from engine.worker.handlers import handler
from gallery.services import Service

REGISTER = Service("onboarding-register", "Customer register", example="customer_onboarding")
LETTERS = Service("onboarding-letters", "Letters to customers", example="customer_onboarding")
DOCUMENTS: Final = {
    "person": ["identity card", "proof of address"],
    "company": ["register extract", "list of owners", "identity card of the director"],
}


@handler("onboarding-open-file")
def open_file(job: LeasedJob) -> dict[str, Any]:
    """Opens a file for an applicant. Reads `name` and `kind`; gives `applicationId` and `documents`."""
    kind = str(job.variables.get("kind", ""))
    asked = {"name": job.variables.get("name"), "kind": kind}
    return REGISTER.call(
        job,
        "open file",
        asked,
        lambda: {"applicationId": f"A-{job.instance}", "documents": DOCUMENTS.get(kind, DOCUMENTS["person"])},
    )


@handler("onboarding-open-account")
def open_account(job: LeasedJob) -> dict[str, Any]:
    """Opens the account. Reads `applicationId`; gives `customerNumber`."""
    asked = {"application": job.variables.get("applicationId")}
    return REGISTER.call(job, "open account", asked, lambda: {"customerNumber": f"C-{job.instance}"})


@handler("onboarding-close-file")
def close_file(job: LeasedJob) -> dict[str, Any]:
    """Closes the file of an applicant who has not answered. Reads `applicationId`."""
    return REGISTER.call(job, "close file", {"application": job.variables.get("applicationId")}, dict)


@handler("onboarding-ask")
def ask_for_documents(job: LeasedJob) -> dict[str, Any]:
    """Asks the customer for documents. Reads `email`, `documents` and, the second time, `comment`."""
    return _write(job, "ask", documents=job.variables.get("documents"), comment=job.variables.get("comment"))


@handler("onboarding-remind")
def remind_customer(job: LeasedJob) -> dict[str, Any]:
    """Reminds the customer of documents that are missing. Reads `email` and `documents`."""
    return _write(job, "remind", documents=job.variables.get("documents"))


@handler("onboarding-refuse")
def refuse_customer(job: LeasedJob) -> dict[str, Any]:
    """Tells the customer that there will be no account. Reads `email` and `comment`."""
    return _write(job, "refuse", comment=job.variables.get("comment"))


def _write(job: LeasedJob, action: str, **more: Any) -> dict[str, Any]:
    return LETTERS.call(job, action, {"to": job.variables.get("email"), **more}, dict)
