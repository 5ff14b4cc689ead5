"""How a process begins: which start is meant by a stored start event, and whether people can start it; starting is the
unit's business."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.core.model.graph import PROCESS
from engine.models import Process, ProcessStart
from engine.service.versions import Version, get_version


def entry_of(version: Version, start: ProcessStart) -> Mapping[str, Any]:
    """The start as the diagram has it. One start event may wait for several events, each under its own trigger."""
    entries = version.machine.states[PROCESS].config["starts"]
    own = [entry for entry in entries if (entry["node"], entry["kind"]) == (start.node, start.kind)]
    if start.kind != ProcessStart.Kind.TIMER:
        named: Mapping[str, Any] = next(entry for entry in own if entry["name"][1] == start.name)
        return named
    same = ProcessStart.objects.filter(version=start.version_id, kind=start.kind, node=start.node)
    timer: Mapping[str, Any] = own[same.filter(pk__lt=start.pk).count()]  # stored in the order of the entries
    return timer


def is_startable(process: Process) -> bool:
    """False where every start waits for an event, so that people and programs would be refused. Whether a condition
    holds is asked when somebody starts it."""
    if process.latest_id is None:
        return False
    config = get_version(process.latest_id).machine.states[PROCESS].config
    has_condition = any(entry["kind"] == "conditional" for entry in config.get("starts", ()))
    return has_condition or "start" in config.get("start_triggers", ())
