"""Processes of the demo: deployed once, each with examples running; what people have changed since is left alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from django.contrib.auth import get_user_model

from engine.demo.scenarios import load_scenarios
from engine.models import Process
from engine.service import deploying, instances
from engine.service.files import File

FOLDER = Path(__file__).parent

# Process, business key and what the start form would have given.
EXAMPLES: Final[tuple[tuple[str, str, dict[str, Any]], ...]] = (
    ("expense_approval", "EXP-1001", {"amount": 84.5, "reason": "Train to the customer and back"}),
    ("expense_approval", "EXP-1002", {"amount": 1290, "reason": "New laptop for the front desk"}),
    ("expense_approval", "EXP-1003", {"amount": 36.2, "reason": "Lunch with the auditors"}),
)


def load_processes() -> None:
    """Deploy what is missing and start the examples; doing it again changes nothing."""
    people = get_user_model().objects
    designer, clerk = people.get(username="designer"), people.get(username="clerk")
    known = set(Process.objects.values_list("key", flat=True))
    for path in sorted(FOLDER.glob("*.bpmn")):
        if path.stem not in known:
            files = [File(path.name, path.read_bytes())]
            deploying.deploy(files, designer, name="Demo")
            load_scenarios(path.stem, files, designer)
    for process, business_key, variables in EXAMPLES:
        if process not in known:
            instances.start(
                process, clerk, variables=variables, business_key=business_key, idempotency_key=f"demo-{business_key}"
            )
