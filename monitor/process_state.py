"""Where all instances of a process stand, for the live diagram of its page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from engine.core.model.digits import read_whole
from engine.service import reading
from engine.service.occupancy import read_occupancy


@login_required
@require_GET
def process_state(request: HttpRequest, key: str) -> JsonResponse:
    process = reading.get_process(request.user, key)
    number = read_whole(request.GET.get("version", ""))
    version = process.versions.filter(number=number).first() if number is not None else None
    if number is not None and version is None:
        raise Http404
    return JsonResponse(read_occupancy(process, version))
