"""One nudge for everything that a commit moved; who follows something reads the rows behind its sequence number.

A breaker moves no instance, so that it has a nudge of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from engine.push.sender import GROUP, sender

__all__ = ["GROUP", "send_breaker_changed", "send_moved"]


def send_moved(instances: Mapping[int, int], processes: Collection[str], *, is_inbox_changed: bool) -> None:
    """After the commit. `instances` names the last sequence number of each; the message carries no values."""
    if instances or is_inbox_changed:
        sender.put(instances, processes, is_inbox_changed)


def send_breaker_changed() -> None:
    """After the commit: jobs rest, or rest no more. Whoever shows some reads where."""
    sender.post(GROUP, {"type": "breaker.changed"})
