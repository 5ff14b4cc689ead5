"""Answers /healthz (the process runs) and /readyz (it can do its work), before any other middleware.

Probes come by address and without HTTPS, so neither the list of hosts nor the redirect may stop them.
"""

import logging
from collections.abc import Callable

from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from config.probes import find_faults

ALIVE, READY = "/healthz", "/readyz"

logger = logging.getLogger(__name__)


class HealthMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info == ALIVE:
            return report({})
        if request.path_info == READY:
            return report(find_faults())
        return self.get_response(request)


def report(faults: dict[str, str]) -> JsonResponse:
    # The lines can name hosts and users: they go to the log, the answer names only what is at fault.
    for fault in faults.values():
        logger.warning("not ready: %s", fault)
    body = {"status": "unavailable" if faults else "ok", "faults": sorted(faults)}
    return JsonResponse(body, status=503 if faults else 200, headers={"Cache-Control": "no-store"})
