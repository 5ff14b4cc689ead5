"""Scenarios of the demo: what the expense approval is expected to do, as if kept in the designer."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.auth.models import AbstractUser

from engine.service import scenarios
from engine.service.files import File

SUBMITTED: Final = {"do": "submit_start", "variables": {"amount": 84.5, "reason": "Train to the customer and back"}}
PAID: Final = {"pay-expense": {"does": "result", "variables": {"payment": "DEMO-1"}}}
REFUSED: Final = {"pay-expense": {"does": "error", "code": "INVALID_AMOUNT", "message": "Nothing to pay"}}

# Process, name, actions and mocks.
SCENARIOS: Final[tuple[tuple[str, str, list[dict[str, Any]], dict[str, Any]], ...]] = (
    (
        "expense_approval",
        "Approved and paid",
        [SUBMITTED, {"do": "submit", "node": "approve", "outcome": "approve"}],
        PAID,
    ),
    ("expense_approval", "Rejected", [SUBMITTED, {"do": "submit", "node": "approve", "outcome": "reject"}], {}),
    ("expense_approval", "Nobody decides for two days", [SUBMITTED, {"do": "next_timer"}], {}),
    (
        "expense_approval",
        "An amount that cannot be paid is corrected",
        [SUBMITTED, {"do": "submit", "node": "approve", "outcome": "approve"}],
        REFUSED,
    ),
)


def load_scenarios(process: str, files: list[File], actor: AbstractUser) -> None:
    """Keep those of the process, as its files go now."""
    for key, name, actions, mocks in SCENARIOS:
        if key == process:
            scenarios.save_scenario(actor, key, name, files, actions, mocks, is_replacing=True)
