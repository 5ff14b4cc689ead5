"""What an operator does to an instance or a process from its page; each goes back with a plain message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from engine.core.model.words import message_of
from engine.models.keys import instance_of
from engine.service import instances, jobs, reading
from engine.service.errors import Conflict, Invalid
from engine.service.strict_json import NotJson, read_json
from engine.service.words import translate


@login_required
@require_POST
def cancel(request: HttpRequest, instance: int) -> HttpResponse:
    reason = read_reason(request)
    if not reason:
        messages.error(request, _("Say why the instance is cancelled."))
        return redirect("monitor:instance", instance=instance)
    return _act(
        request,
        instance,
        lambda: instances.cancel(instance, request.user, reason=reason),
        _("The instance has been cancelled."),
    )


@login_required
@require_POST
def suspend(request: HttpRequest, instance: int) -> HttpResponse:
    return _act(
        request,
        instance,
        lambda: instances.suspend(instance, request.user, reason=read_reason(request)),
        _("The instance rests until it is resumed."),
    )


@login_required
@require_POST
def resume(request: HttpRequest, instance: int) -> HttpResponse:
    return _act(
        request,
        instance,
        lambda: instances.resume(instance, request.user, reason=read_reason(request)),
        _("The instance goes on."),
    )


@login_required
@require_POST
def set_variable(request: HttpRequest, instance: int) -> HttpResponse:
    name, value = request.POST.get("name", "").strip(), request.POST.get("value", "")
    return _act(
        request,
        instance,
        lambda: instances.set_variables(instance, request.user, {name: read_value(value)}, reason=read_reason(request)),
        _("“%s” is set.") % name,
    )


@login_required
@require_POST
def skip(request: HttpRequest, job: int) -> HttpResponse:
    return _act(
        request,
        instance_of(job),
        lambda: jobs.skip(
            job, request.user, read_object(request.POST.get("variables", "")), reason=read_reason(request)
        ),
        _("The job is skipped; the process goes on with your result."),
    )


@login_required
@require_POST
def retry(request: HttpRequest, incident: int) -> HttpResponse:
    return _act(
        request,
        instance_of(incident),
        lambda: instances.retry_incident(incident, request.user, reason=read_reason(request)),
        _("Tried again."),
    )


@login_required
@require_POST
def suspend_process(request: HttpRequest, key: str) -> HttpResponse:
    """Suspended or resumed, as `to` says; its instances too, where that is asked for."""
    process = reading.get_process(request.user, key)
    is_suspended = request.POST.get("to") != "resumed"
    changed = instances.suspend_process(
        process,
        request.user,
        is_suspended=is_suspended,
        with_instances=request.POST.get("with_instances") == "1",
        reason=read_reason(request),
    )
    words = _("Nothing starts the process until it is resumed.") if is_suspended else _("The process can be started.")
    if changed and is_suspended:
        words += " " + ngettext("%(n)s instance rests.", "%(n)s instances rest.", changed) % {"n": changed}
    elif changed:
        words += " " + ngettext("%(n)s instance goes on.", "%(n)s instances go on.", changed) % {"n": changed}
    messages.success(request, words)
    return redirect("designer:process", key=key)


def _act(request: HttpRequest, instance: int, act: Callable[[], object], words: str) -> HttpResponse:
    """Do it and say so, or say why it was refused; what may not be seen stays a 404."""
    try:
        act()
    except (Conflict, Invalid) as error:
        messages.error(request, translate(error.message))
    else:
        messages.success(request, words)
    return redirect("monitor:instance", instance=instance)


def read_reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "").strip()[: instances.LONGEST_REASON]


def read_value(text: str) -> Any:
    """JSON where it is JSON, else the text itself."""
    try:
        return read_json(text.encode(errors="replace"))
    except NotJson:
        return text


def read_object(text: str) -> dict[str, Any]:
    try:
        value = read_json((text or "{}").encode(errors="replace"))
    except NotJson as error:
        raise Invalid("variables-invalid", message_of(error)) from None
    if not isinstance(value, dict):
        raise Invalid("variables-invalid", _("The result is a JSON object, such as {“approved”: true}."))
    return value
