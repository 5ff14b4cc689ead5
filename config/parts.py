"""Requests for a part of a page that is already open; what the parts are is said by the pages."""

from typing import Any

from django.http import HttpRequest

PART = "HX-Request"  # from htmx, and from what else fetches a page to take a part of it
WHOLE_ALL_THE_SAME = "HX-History-Restore-Request"  # of a page that somebody comes back to


def leave_messages(request: HttpRequest) -> dict[str, Any]:
    """Template context: what is told once waits for a whole page. A part would take it and not show it, and pages that
    follow something ask for their parts at any time, also just before the page that was to tell it."""
    is_part = PART in request.headers and WHOLE_ALL_THE_SAME not in request.headers
    return {"messages": []} if is_part else {}
