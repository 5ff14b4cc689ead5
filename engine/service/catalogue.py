"""The names that a diagram may use: groups of people, processes, decisions and forms that are deployed."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Group
from django.db.models import Max

from engine.models import FormVersion
from engine.service import decisions, reading
from engine.service.rights import Actor, require_any


def list_names(actor: Actor) -> dict[str, list[Any]]:
    """Each kind in the order of its names; for those who draw."""
    require_any(actor, "edit")
    forms = FormVersion.objects.values("key").annotate(number=Max("number")).order_by("key")
    return {
        "groups": list(Group.objects.order_by("name").values_list("name", flat=True)),
        "processes": [{"key": process.key, "name": str(process)} for process in reading.list_processes(actor)],
        "decisions": [{"key": row.key, "name": row.name or row.key} for row in decisions.list_decisions(actor)],
        "forms": [row["key"] for row in forms],
    }
