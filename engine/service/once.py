"""Requests that count once: under which name one is known, and what has come of those that are known."""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from engine.models import InboundEvent

LONGEST = 255


def name_source(*parts: str) -> str:
    """Of an event that counts once; one too long for its column is told by its digest."""
    source = ":".join(parts)
    return source if len(source) <= LONGEST else hashlib.sha256(source.encode()).hexdigest()


def find_known(source: str, keys: Collection[str]) -> dict[str, int]:
    """Of those keys of the source that came before: the instance that each started."""
    if not keys:
        return {}
    found = InboundEvent.objects.filter(source=source, event__in=keys).values_list("event", "instance")
    return {key: instance for key, instance in found if instance is not None}
