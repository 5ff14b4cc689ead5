"""The WebSocket: subscriptions from a sequence number; a nudge says that something moved, the rows say what."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.core.serializers.json import DjangoJSONEncoder

from api.front import Buckets
from api.live_access import identify
from api.presence import Presence
from engine.core.model.digits import read_whole
from engine.push.moved import GROUP
from engine.service import attempts, drafts, history, reading, worklist
from engine.service.errors import ServiceError
from engine.service.words import translate

SIGNED_OUT = 4401
TOO_MUCH = 4408
LONGEST_FRAME = 10_000
MOST_SUBSCRIPTIONS = 50
FRAMES_PER_SECOND, FRAMES_AT_ONCE = 20, 200
WATCH_SECONDS = 4.0
PAUSE_SECONDS = 0.1
INBOX_COUNT = "inbox count"
LISTS = frozenset({"inbox", "processes", "instances", "ops", "home"})


class Live(AsyncWebsocketConsumer):
    """One browser. `followed` maps an instance to the last sequence number that was sent."""

    async def connect(self) -> None:
        self.followed: dict[int, int] = {}
        self.processes: dict[str, dict[str, int]] = {}
        self.lists: set[str] = set()
        self.inbox: dict[str, Any] | None = None
        self.callees: dict[int, set[int]] = {}  # of those that are followed: what they call
        self.moved: set[int] = set()
        self.trying: set[int] = set()  # followed ones of which something that they call has moved
        self.moved_processes: set[str] = set()
        self.stale: set[str] = set()
        self.is_breaker_changed = False
        self.pushing: asyncio.Task[None] | None = None
        self.telling = asyncio.Lock()  # nothing is told twice: not by a push while rights are asked again
        self.frames = Buckets(FRAMES_PER_SECOND, FRAMES_AT_ONCE)
        self.watching: asyncio.Task[None] | None = None
        user = await identify(self.scope)
        await self.accept()
        if user is None:
            await self.close(SIGNED_OUT)
            return
        self.user = user
        self.watching = asyncio.create_task(self.watch())
        self.presence = Presence(self.channel_layer, self.channel_name, user.get_username(), self.send_frame)
        await self.channel_layer.group_add(GROUP, self.channel_name)

    async def disconnect(self, code: int) -> None:
        await self.channel_layer.group_discard(GROUP, self.channel_name)
        for task in (self.watching, self.pushing):
            if task is not None:
                task.cancel()
        if hasattr(self, "presence"):
            await self.presence.leave_all()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if self.frames.take("") < 0:
            await self.close(TOO_MUCH)
            return
        frame = _read_frame(text_data)
        if frame is None:
            await self.send_frame({"type": "refused", "detail": "A frame is a small JSON object."})
            return
        topic, name = frame.get("subscribe"), frame.get("id")
        if topic == "instance":
            await self.follow(name, frame.get("after"))
        elif topic == "process" and isinstance(name, str):
            await self.follow_process(name, frame.get("after"))
        elif topic == "inbox" and "after" in frame:
            await self.follow_inbox(frame["after"])
        elif topic == "draft" and isinstance(name, str):
            await self.enter_draft(name)
        elif frame.get("unsubscribe") == "draft" and isinstance(name, str):
            await self.presence.leave(name)
        elif isinstance(topic, str) and topic in LISTS:
            self.lists.add(topic)
        elif frame.get("unsubscribe") == "instance" and _is_key(name):
            self.leave(int(str(name)))
        elif frame.get("unsubscribe") == "process" and isinstance(name, str):
            self.processes.pop(name, None)
        elif isinstance(frame.get("unsubscribe"), str):
            self.inbox = None if frame["unsubscribe"] == "inbox" else self.inbox
            self.lists.discard(frame["unsubscribe"])
        else:
            await self.send_frame({"type": "refused", "detail": "There is no such topic."})

    async def follow(self, name: object, after: object) -> None:
        if not _is_key(name):
            await self.send_frame({"type": "refused", "detail": "“id” is the id of an instance."})
            return
        if len(self.followed) + len(self.processes) >= MOST_SUBSCRIPTIONS:
            await self.close(TOO_MUCH)
            return
        instance = int(str(name))
        known = after if isinstance(after, int) and after >= 0 else 0
        self.followed[instance] = known
        await self.catch_up(instance)
        self.push_soon()

    async def follow_process(self, key: str, after: object) -> None:
        """`after` names the revision that is known of each instance; those that moved on since are told at once."""
        if len(self.followed) + len(self.processes) >= MOST_SUBSCRIPTIONS:
            await self.close(TOO_MUCH)
            return
        given = after if isinstance(after, dict) else {}
        self.processes[key] = {str(one): number for one, number in given.items() if isinstance(number, int)}
        await self.tell_process(key)

    async def tell_process(self, key: str) -> None:
        async with self.telling:
            if key not in self.processes:
                return
            try:
                moved = await self.read_moved(key, self.processes[key])
            except ServiceError as error:
                self.processes.pop(key, None)
                await self.send_frame({"type": "refused", "process": key[:255], "detail": translate(error.message)})
                return
            for frame in moved if key in self.processes else ():
                self.processes[key][frame["instance"]] = frame["sequence"]
                await self.send_frame(frame)

    @database_sync_to_async
    def read_moved(self, key: str, known: dict[str, int]) -> list[dict[str, Any]]:
        return history.moved_after(self.user, key, known)

    async def follow_inbox(self, after: object) -> None:
        self.inbox = {"sequence": after if isinstance(after, int) else 0, "count": None}
        await self.tell_inbox()

    async def tell_inbox(self) -> None:
        """How many tasks wait, and the id of the newest; nothing where both are as they were told last."""
        found = await self.read_inbox()
        if self.inbox is not None and found != self.inbox:
            self.inbox = found
            await self.send_frame({"type": "inbox", **found})

    @database_sync_to_async
    def read_inbox(self) -> dict[str, Any]:
        newest, count = worklist.newest_item(self.user), worklist.count_items(self.user, "", datetime.now(UTC))
        return {"sequence": newest, "count": count}

    async def watch(self) -> None:
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            # To itself: what a consumer does, it does one after the other.
            await self.channel_layer.send(self.channel_name, {"type": "look.again"})

    async def look_again(self, event: dict[str, Any]) -> None:
        """Whoever signs out, is switched off or loses a right does not hear another word."""
        user = await identify(self.scope)
        if user is None:
            await self.close(SIGNED_OUT)
            return
        self.user = user
        for instance in list(self.followed):
            await self.catch_up(instance)
        for key in list(self.processes):
            await self.tell_process(key)

    async def enter_draft(self, key: str) -> None:
        """Whoever may edit the draft is told who else has it open."""
        try:
            await self.read_draft(key)
        except ServiceError as error:
            await self.send_frame(
                {"type": "refused", "topic": "draft", "id": key[:255], "detail": translate(error.message)}
            )
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
        moved = {int(instance) for instance in event["instances"]}
        self.moved |= moved & self.followed.keys()
        self.trying |= {caller for caller, called in self.callees.items() if not called.isdisjoint(moved)}
        self.moved_processes |= set(self.processes) & set(event["processes"])
        self.stale |= {topic for topic in self.lists if topic != "inbox" or event["inbox"]}
        if self.inbox is not None and event["inbox"]:
            self.stale.add(INBOX_COUNT)
        self.push_soon()

    async def breaker_changed(self, event: dict[str, Any]) -> None:
        """It moves no instance, but what is said of their jobs."""
        self.is_breaker_changed = bool(self.followed)
        self.stale |= self.lists & {"processes", "ops"}
        self.push_soon()

    @property
    def has_news(self) -> bool:
        return bool(self.moved or self.trying or self.moved_processes or self.stale or self.is_breaker_changed)

    def push_soon(self) -> None:
        if self.has_news and (self.pushing is None or self.pushing.done()):
            self.pushing = asyncio.create_task(self.push())

    async def push(self) -> None:
        """The first change at once; what comes in the pause after it goes together, ten times a second at most."""
        while self.has_news:
            moved, self.moved = self.moved, set()
            processes, self.moved_processes = self.moved_processes, set()
            stale, self.stale = self.stale, set()
            trying, self.trying = self.trying | (self.followed.keys() if self.is_breaker_changed else set()), set()
            self.is_breaker_changed = False
            for instance in moved & self.followed.keys():
                await self.catch_up(instance)
            for instance in trying & self.followed.keys():
                await self.tell_attempts(instance)
            for key in processes & self.processes.keys():
                await self.tell_process(key)
            if INBOX_COUNT in stale:
                await self.tell_inbox()
            for topic in stale & self.lists:
                await self.send_frame({"type": "refresh", "topic": topic})
            await asyncio.sleep(PAUSE_SECONDS)

    async def catch_up(self, instance: int) -> None:
        """Rights are asked again each time: what was taken away ends the subscription."""
        async with self.telling:
            if instance not in self.followed:
                return
            try:
                frame = await self.read_frame(instance, self.followed[instance])
            except ServiceError as error:
                self.leave(instance)
                await self.send_frame(
                    {"type": "refused", "instance": str(instance), "detail": translate(error.message)}
                )
                return
            if frame is not None and instance in self.followed:
                self.followed[instance] = frame["sequence"]
                await self.send_frame(frame)
                if frame["is_cut"]:
                    self.moved.add(instance)

    def leave(self, instance: int) -> None:
        self.followed.pop(instance, None)
        self.callees.pop(instance, None)

    async def tell_attempts(self, instance: int) -> None:
        async with self.telling:
            try:
                frame = await self.read_attempts(instance)
            except ServiceError:
                return  # who lost the right is told by the next look
            await self.send_frame(frame)

    @database_sync_to_async
    def read_attempts(self, instance: int) -> dict[str, Any]:
        reading.get_instance(self.user, instance)
        return {"type": "attempts", "instance": str(instance), "attempts": attempts.list_attempts(instance)}

    @database_sync_to_async
    def read_frame(self, instance: int, after: int) -> dict[str, Any] | None:
        frames = history.frames_after(reading.get_instance(self.user, instance), after)
        self.callees[instance] = set(attempts.callees_of(instance))
        merged = history.merge_frames(frames)
        return merged and merged | {"is_cut": len(frames) == history.MOST_STEPS}

    async def send_frame(self, frame: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps(frame, cls=DjangoJSONEncoder))


def _is_key(name: object) -> bool:
    return read_whole(str(name)) is not None


def _read_frame(text: str | None) -> dict[str, Any] | None:
    if text is None or len(text) > LONGEST_FRAME:
        return None
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return frame if isinstance(frame, dict) else None
