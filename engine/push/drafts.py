"""A nudge for those who have a draft open: somebody has saved it. The message carries no drawing."""

from __future__ import annotations

import hashlib

from engine.push.sender import sender

__all__ = ["group_of", "send_saved"]


def group_of(key: str) -> str:
    """The Channels group of a draft; a key may hold what names of groups may not."""
    return f"draft.{hashlib.sha256(key.encode()).hexdigest()[:40]}"


def send_saved(key: str, revision: int, by: str) -> None:
    """After the commit."""
    group = group_of(key)
    sender.post(group, {"type": "draft.said", "group": group, "what": "saved", "revision": revision, "by": by})
