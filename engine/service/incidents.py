"""Failures that a person has to look at: found and read; their retry is in instances."""

from __future__ import annotations

from engine.core.model.words import say
from engine.models import Incident
from engine.models.keys import span
from engine.service.errors import NotFound
from engine.service.rights import Actor, allowed_processes

WORDS = {str(label): int(value) for value, label in Incident.Status.choices}


def list_incidents(
    actor: Actor,
    *,
    status: str = "open",
    process: str = "",
    instance: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Incident]:
    """Those of the processes that the actor sees, newest first; `before` is the id of the last one before."""
    rows = Incident.objects.filter(state__version__process__in=allowed_processes(actor, "see"), status=WORDS[status])
    if process:
        rows = rows.filter(state__version__process__key=process)
    if instance is not None:
        rows = rows.filter(id__range=span(instance))
    if before is not None:
        rows = rows.filter(id__lt=before)
    return list(rows.select_related("state__version__process").order_by("-id")[:limit])


def get_incident(actor: Actor, incident: int) -> Incident:
    rows = Incident.objects.filter(state__version__process__in=allowed_processes(actor, "see"))
    found: Incident | None = rows.select_related("state__version__process").filter(pk=incident).first()
    if found is None:
        raise NotFound("incident-not-found", say("There is no such incident, or you may not see it."))
    return found
