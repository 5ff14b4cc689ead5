"""Pages of what events mean: the mappings, and the editor that tries them on an event as they are written."""

from __future__ import annotations

import json
import math
from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from api.events import mappings, trying
from api.models import EventMapping
from api.v1.inbound import MappingBody, describe_mapping
from engine.service import reading
from engine.service.errors import Conflict, Invalid
from engine.service.inbound import MessageBy, StartBy
from engine.service.rights import may_any, require_any
from engine.service.words import translate

ACTIONS = {
    "start": gettext_lazy("starts a process"),
    "message": gettext_lazy("is a message"),
    "signal": gettext_lazy("is a signal"),
}
LABELS = {
    "condition": gettext_lazy("When"),
    "key": gettext_lazy("Key"),
    "variables": gettext_lazy("Variables"),
}
NEW = {
    "name": "", "condition": 'type = "shop.order"', "action": "start", "target": "", "key": "subject", "variables": "",
    "time_to_live": 0.0, "is_enabled": True,
}  # fmt: skip


@require_GET
def mapping_list(request: HttpRequest) -> HttpResponse:
    rows = [
        {**describe_mapping(row), "does": ACTIONS[row.action], "url": reverse("event-mapping", args=[row.pk])}
        for row in mappings.list_mappings(request.user)  # type: ignore[arg-type]
    ]
    return render(request, "api/mappings.html", {"mappings": rows, "sees_unmatched": may_any(request.user, "operate")})


def new_mapping(request: HttpRequest) -> HttpResponse:
    """A mapping for an event that meant nothing begins with what that event is."""
    event, given = trying.SAMPLE, dict(NEW)
    number = request.GET.get("event", "")
    if number.isascii() and number.isdigit() and len(number) < 19:
        event = mappings.get_unmatched(request.user, int(number)).content  # type: ignore[arg-type]
        given |= {"name": event["type"][:100], "condition": f"type = {json.dumps(event['type'], ensure_ascii=False)}"}
    return _edit(request, None, given, event, number if event is not trying.SAMPLE else "")


def one_mapping(request: HttpRequest, mapping: int) -> HttpResponse:
    row = mappings.get_mapping(request.user, mapping)  # type: ignore[arg-type]
    return _edit(request, row, {name: getattr(row, name) for name in NEW}, trying.SAMPLE, "")


@require_POST
def delete_mapping(request: HttpRequest, mapping: int) -> HttpResponse:
    mappings.delete_mapping(request.user, mapping)  # type: ignore[arg-type]
    messages.success(request, _("The mapping is deleted: events do not mean this any more."))
    return redirect("event-mappings")


@require_POST
def try_mapping(request: HttpRequest) -> HttpResponse:
    """The part of the editor that says what would happen; nothing does."""
    given = _read_form(request)
    try:
        tried = trying.try_mapping(request.user, given, request.POST.get("event", ""))  # type: ignore[arg-type]
    except Invalid as error:
        return render(request, "api/_tried.html", {"problem": translate(error.message)})
    found = [one._asdict() | {"label": LABELS[one.name]} for one in tried.expressions]
    context = {
        "is_meant": tried.is_meant,
        "expressions": found,
        "problem": translate(tried.problem),
        "effect": _describe(tried.effect) if tried.effect is not None else None,
        "target": given["target"],
    }
    return render(request, "api/_tried.html", context)


def _edit(
    request: HttpRequest, row: EventMapping | None, given: dict[str, Any], event: dict[str, Any], number: str
) -> HttpResponse:
    require_any(request.user, "edit")
    errors: dict[str, Any] = {}
    if request.method == "POST":
        given = _read_form(request)
        body = MappingBody(data=given)
        if not body.is_valid():
            errors = body.errors
        else:
            try:
                mappings.save_mapping(request.user, body.validated_data, row.pk if row is not None else None)  # type: ignore[arg-type]
            except (Conflict, Invalid) as error:
                errors = {"all": [translate(error.message)]}
            else:
                return _saved(request)
    context = {
        "mapping": row,
        "given": given,
        "errors": errors,
        "actions": ACTIONS.items(),
        "processes": [process.key for process in reading.list_processes(request.user)],
        "event": request.POST.get("event") or json.dumps(event, ensure_ascii=False, indent=2),
        "number": number,
    }
    return render(request, "api/mapping.html", context, status=400 if errors else 200)


def _saved(request: HttpRequest) -> HttpResponse:
    if request.POST.get("number"):
        messages.success(request, _("The mapping is saved. Try the event again now."))
        return redirect(f"{reverse('monitor:operations')}#unmatched")
    messages.success(request, _("The mapping is saved."))
    return redirect("event-mappings")


def _read_form(request: HttpRequest) -> dict[str, Any]:
    """As the API takes it; seconds that no JSON could hold stay a text, which is refused there."""
    texts = {name: request.POST.get(name, "") for name in ("name", "condition", "action", "target", "key", "variables")}
    seconds: Any = request.POST.get("time_to_live", "").strip() or "0"
    with suppress(ValueError):
        seconds = float(seconds) if math.isfinite(float(seconds)) else seconds
    return {**texts, "time_to_live": seconds, "is_enabled": "is_enabled" in request.POST}


def _describe(effect: Any) -> dict[str, Any]:
    key = effect.business_key if isinstance(effect, StartBy) else effect.key if isinstance(effect, MessageBy) else None
    kind = "start" if isinstance(effect, StartBy) else "message" if isinstance(effect, MessageBy) else "signal"
    return {"kind": kind, "key": key, "variables": json.dumps(effect.variables, ensure_ascii=False, indent=2)}
