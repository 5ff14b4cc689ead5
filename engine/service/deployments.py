"""Deployments that there are, and whether files are deployed already; deploying is in deploying."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from django.db.models import Q

from engine.models import DeployedFile, Deployment, ProcessVersion
from engine.service.files import File
from engine.service.rights import Actor, allowed_processes, name_of


def list_deployments(actor: Actor, *, name: str = "", limit: int = 1000) -> list[Deployment]:
    """Those with a process that the actor sees, and the actor's own, newest first."""
    seen = Q(versions__process__in=allowed_processes(actor, "see")) | Q(actor=name_of(actor))
    rows = Deployment.objects.filter(seen)
    if name:
        rows = rows.filter(name=name)
    return list(rows.distinct().order_by("-pk")[:limit])


def list_versions(actor: Actor, key: str = "") -> list[ProcessVersion]:
    """Versions of the processes that the actor sees or starts."""
    allowed = allowed_processes(actor, "see") | allowed_processes(actor, "start")
    rows = ProcessVersion.objects.filter(process__in=allowed)
    if key:
        rows = rows.filter(process__key=key)
    return list(rows.select_related("process", "deployment").prefetch_related("file"))


def find_same(actor: Actor, files: Sequence[File], name: str) -> Deployment | None:
    """The newest deployment of this name that the actor knows of, if it is of exactly these files."""
    found = list_deployments(actor, name=name, limit=1)
    if not found:
        return None
    stored = DeployedFile.objects.filter(deployment=found[0]).values_list("name", "checksum")
    given = {(file.name, hashlib.sha256(file.content).hexdigest()) for file in files}
    return found[0] if set(stored) == given else None
