"""What a failed attempt of a job means in the words of its task: an error of the diagram, or only a failure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.core.feel import Budget
from engine.core.run.starts import evaluate


def find_error(
    config: Mapping[str, Any], variables: Mapping[str, Any], message: str, now: datetime, budget: Budget
) -> str | None:
    """The code of the first error definition of the task that holds for the failure (camunda external tasks)."""
    job = config.get("job", {})
    failed = {"errorMessage": message, "errorDetails": message, "topicName": job.get("type", ["", ""])[1]}
    for code, formula in job.get("errors", ()):
        if evaluate(formula, {**variables, "externalTask": failed}, now, budget) is True:
            return str(code)
    return None
