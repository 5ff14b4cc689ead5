"""Which variables somebody may know of through a task: all for who may see the process, else those of its form."""

from __future__ import annotations

import json
from collections.abc import Collection

from engine.models import WorkItem
from engine.service import forms, worklist
from engine.service.rights import Actor, allowed_processes

EVERYTHING = None


def names_shown(actor: Actor, keys: Collection[int]) -> dict[int, set[str] | None]:
    """By item; EVERYTHING where no name is withheld."""
    visible = allowed_processes(actor, "see")
    known: dict[tuple[int, str], set[str]] = {}
    shown: dict[int, set[str] | None] = {}
    for item in WorkItem.objects.filter(pk__in=keys).select_related("state__version"):
        if item.state.version.process_id in visible:
            shown[item.pk] = EVERYTHING
            continue
        worklist.complete_item(item)
        form = (item.state_id, json.dumps(item.form, sort_keys=True, default=str))
        if form not in known:
            schema = forms.schema_of(item.form, item.state.version.deployment_id) or forms.EMPTY
            known[form] = forms.keys_of(schema) | forms.names_read_by(schema)
        shown[item.pk] = known[form]
    return shown
