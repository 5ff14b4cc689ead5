"""Requests for a part of a page that is already open; what the parts are is said by the pages."""

from typing import Any

from django.http import HttpRequest

PART_HEADERS = ("HX-Request", "X-Refresh")
WHOLE_HEADER = "HX-History-Restore-Request"  # htmx asks for all of a page that somebody comes back to


def leave_messages(request: HttpRequest) -> dict[str, Any]:
    """Template context: what is told once waits for a whole page. A part would take it and not show it, and pages that
    follow something ask for their parts at any time, also just before the page that was to tell it."""
    is_part = any(name in request.headers for name in PART_HEADERS) and WHOLE_HEADER not in request.headers
    return {"messages": []} if is_part else {}
