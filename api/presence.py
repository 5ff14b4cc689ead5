"""Who has a draft open, told among the browsers that have it open themselves, and that somebody has saved it.

Nothing is stored: who comes says so and asks who else is here, everybody answers, who goes says so. A browser that
vanished without a word is forgotten by the others after a while, because everybody says again that they are here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

from channels.layers import BaseChannelLayer

from engine.push.drafts import group_of

MOST_DRAFTS = 10

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Presence:
    """The drafts that one browser has open. `place` names the browser to the others, not its channel."""

    def __init__(self, layer: BaseChannelLayer, channel: str, user: str, send: Send) -> None:
        self.layer, self.channel, self.user, self.send = layer, channel, user, send
        self.place = hashlib.sha256(channel.encode()).hexdigest()[:16]
        self.keys: dict[str, str] = {}  # group → key

    @property
    def is_full(self) -> bool:
        return len(self.keys) >= MOST_DRAFTS

    async def enter(self, key: str) -> None:
        """Also said again by who is here already."""
        group = group_of(key)
        self.keys[group] = key
        await self.layer.group_add(group, self.channel)
        await self.say(group, "here", asks=True)

    async def leave(self, key: str) -> None:
        group = group_of(key)
        if self.keys.pop(group, None) is not None:
            await self.layer.group_discard(group, self.channel)
            await self.say(group, "gone")

    async def leave_all(self) -> None:
        for key in list(self.keys.values()):
            await self.leave(key)

    async def hear(self, event: dict[str, Any]) -> None:
        """What another browser says, or that the draft was saved."""
        key = self.keys.get(event["group"])
        if key is None:
            return
        if event["what"] == "saved":
            await self.send(
                {"topic": "draft", "id": key, "type": "saved", "revision": event["revision"], "by": event["by"]}
            )
            return
        if event["place"] == self.place:
            return
        await self.send(
            {"topic": "draft", "id": key, "type": event["what"], "place": event["place"], "user": event["user"]}
        )
        if event["what"] == "here" and event["asks"]:
            await self.say(event["group"], "here")

    async def say(self, group: str, what: str, *, asks: bool = False) -> None:
        event = {
            "type": "draft.said",
            "group": group,
            "what": what,
            "place": self.place,
            "user": self.user,
            "asks": asks,
        }
        await self.layer.group_send(group, event)
