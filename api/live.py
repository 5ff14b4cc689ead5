"""The WebSocket: subscriptions from a sequence number; a nudge says that something moved, the rows say what."""

from __future__ import annotations

import json
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from api.presence import Presence
from engine.push.moved import GROUP
from engine.service import drafts, history, reading
from engine.service.errors import ServiceError

SIGNED_OUT = 4401
TOO_MUCH = 4408
LONGEST_FRAME = 10_000
MOST_SUBSCRIPTIONS = 50
LISTS = frozenset({"inbox", "processes", "instances", "ops", "home"})


class Live(AsyncWebsocketConsumer):
    """One browser. `followed` maps an instance to the last sequence number that was sent."""

    async def connect(self) -> None:
        self.followed: dict[int, int] = {}
        self.lists: set[str] = set()
        user = self.scope.get("user")
        await self.accept()
        if user is None or not user.is_authenticated:
            await self.close(SIGNED_OUT)
            return
        self.user = user
        self.presence = Presence(self.channel_layer, self.channel_name, user.get_username(), self.send_frame)
        await self.channel_layer.group_add(GROUP, self.channel_name)

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(GROUP, self.channel_name)
        if hasattr(self, "presence"):
            await self.presence.leave_all()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        frame = _read_frame(text_data)
        if frame is None:
            await self.send_frame({"type": "refused", "detail": "A frame is a small JSON object."})
            return
        topic, name = frame.get("subscribe"), frame.get("id")
        if topic == "instance":
            await self.follow(name, frame.get("after"))
        elif topic == "draft" and isinstance(name, str):
            await self.enter_draft(name)
        elif frame.get("unsubscribe") == "draft" and isinstance(name, str):
            await self.presence.leave(name)
        elif isinstance(topic, str) and topic in LISTS:
            self.lists.add(topic)
        elif frame.get("unsubscribe") == "instance" and _is_key(name):
            self.followed.pop(int(str(name)), None)
        elif isinstance(frame.get("unsubscribe"), str):
            self.lists.discard(frame["unsubscribe"])
        else:
            await self.send_frame({"type": "refused", "detail": "There is no such topic."})

    async def follow(self, name: object, after: object) -> None:
        if not _is_key(name):
            await self.send_frame({"type": "refused", "detail": "“id” is the id of an instance."})
            return
        if len(self.followed) >= MOST_SUBSCRIPTIONS:
            await self.close(TOO_MUCH)
            return
        instance = int(str(name))
        known = after if isinstance(after, int) and after >= 0 else 0
        self.followed[instance] = known
        await self.catch_up(instance)

    async def enter_draft(self, key: str) -> None:
        """Whoever may edit the draft is told who else has it open."""
        try:
            await self.read_draft(key)
        except ServiceError as error:
            await self.send_frame({"type": "refused", "topic": "draft", "id": key[:255], "detail": error.message})
            return
        if self.presence.is_full:
            await self.close(TOO_MUCH)
            return
        await self.presence.enter(key)

    async def draft_said(self, event: dict[str, Any]) -> None:
        await self.presence.hear(event)

    @database_sync_to_async
    def read_draft(self, key: str) -> None:
        drafts.require_edit(self.user, key)

    async def engine_moved(self, event: dict[str, Any]) -> None:
        """Something moved somewhere: is it anything that this browser follows?"""
        for instance in event["instances"]:
            if int(instance) in self.followed:
                await self.catch_up(int(instance))
        for topic in self.lists:
            if topic != "inbox" or event["inbox"]:
                await self.send_frame({"type": "refresh", "topic": topic})

    async def catch_up(self, instance: int) -> None:
        """Rights are asked again each time: what was taken away ends the subscription."""
        try:
            frames = await self.read_frames(instance, self.followed[instance])
        except ServiceError as error:
            self.followed.pop(instance, None)
            await self.send_frame({"type": "refused", "instance": str(instance), "detail": error.message})
            return
        for frame in frames:
            self.followed[instance] = frame["sequence"]
            await self.send_frame(frame)

    @database_sync_to_async
    def read_frames(self, instance: int, after: int) -> list[dict[str, Any]]:
        return history.frames_after(reading.get_instance(self.user, instance), after)

    async def send_frame(self, frame: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps(frame, default=str))


def _is_key(name: object) -> bool:
    text = str(name)
    return text.isascii() and text.isdigit() and len(text) <= 18


def _read_frame(text: str | None) -> dict[str, Any] | None:
    if text is None or len(text) > LONGEST_FRAME:
        return None
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return frame if isinstance(frame, dict) else None
