"""Answers /healthz (the process runs) and /readyz (it can do its work), before any other middleware.

Probes come by address and without HTTPS, so neither the list of hosts nor the redirect may stop them.
"""

import logging
from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from config.probes import find_faults

logger = logging.getLogger(__name__)

Answer = HttpResponseBase | Awaitable[HttpResponseBase]


class HealthMiddleware:
    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Answer]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Answer:
        match request.path_info:
            case "/healthz":
                return self.report_alive() if self.is_async else report({})
            case "/readyz":
                return self.report_ready() if self.is_async else report(find_faults())
        return self.get_response(request)

    async def report_alive(self) -> HttpResponseBase:
        return report({})

    async def report_ready(self) -> HttpResponseBase:
        return report(await sync_to_async(find_faults)())


def report(faults: dict[str, str]) -> JsonResponse:
    # The lines can name hosts and users: they go to the log, the answer names only what is at fault.
    for fault in faults.values():
        logger.warning("not ready: %s", fault)
    body = {"status": "unavailable" if faults else "ok", "faults": sorted(faults)}
    return JsonResponse(body, status=503 if faults else 200, headers={"Cache-Control": "no-store"})
