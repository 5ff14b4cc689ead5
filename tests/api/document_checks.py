"""A check beside those of schemathesis: what the document allows is never refused for its shape.

Its own check of the kind knows statuses only, and a diagram that has problems is refused with 400 as well.
"""

from typing import Any

import schemathesis
from schemathesis import Case, CheckContext, HookContext, Response

LONGEST_WAIT = 0.1


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Answers that wait are waited for elsewhere."""
    for name in ("wait", "await"):
        seconds = case.body.get(name) if isinstance(case.body, dict) else None
        if isinstance(seconds, int | float) and not isinstance(seconds, bool) and LONGEST_WAIT < seconds <= 300:
            case.body[name] = LONGEST_WAIT


@schemathesis.check
def shape_is_as_the_document_says(ctx: CheckContext, response: Response, case: Case) -> bool | None:
    is_valid = case.meta is not None and case.meta.generation.mode.is_positive
    if is_valid and response.status_code == 400:
        body: dict[str, Any] = response.json()
        assert body["code"] != "request-invalid", body
    return None
