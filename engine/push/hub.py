"""A Channels layer inside one process that wakes the server's loop from any thread at once.

Channels' own in-memory layer waits for the loop's next turn, up to half a second. Several processes need
Redis; the calls are the same there. As there, a message is a nudge and may be lost: whoever follows
something compares sequence numbers and reads again after a gap.
"""

import asyncio
import secrets
import threading
import time
from collections import defaultdict
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from channels.layers import BaseChannelLayer

Message = dict[str, Any]


@dataclass(eq=False)
class Mailbox:
    """The messages of one channel; the queue is touched only in its own loop."""

    loop: asyncio.AbstractEventLoop
    queue: asyncio.Queue[Message]
    receivers: int = 0
    last_seen: float = field(default_factory=time.monotonic)

    def put(self, message: Message) -> None:
        if self.queue.full():
            self.queue.get_nowait()  # the oldest: the next one that is read then shows the gap
        self.queue.put_nowait(message)


class LocalChannelLayer(BaseChannelLayer):
    extensions = ("groups", "flush")

    def __init__(self, capacity: int = 1000, expiry: int = 60) -> None:
        super().__init__(capacity=capacity, expiry=expiry)
        self.lock = threading.Lock()
        self.mailboxes: dict[str, Mailbox] = {}
        self.groups: dict[str, set[str]] = defaultdict(set)

    async def new_channel(self, prefix: str = "specific.") -> str:
        channel = f"{prefix}.local!{secrets.token_hex(8)}"
        with self.lock:
            self.forget_abandoned()
            self.find_or_open(channel)
        return channel

    async def receive(self, channel: str) -> Message:
        self.require_valid_channel_name(channel)
        with self.lock:
            mailbox = self.find_or_open(channel)
            mailbox.receivers += 1
        try:
            return await mailbox.queue.get()
        finally:
            with self.lock:
                mailbox.receivers -= 1
                mailbox.last_seen = time.monotonic()

    async def send(self, channel: str, message: Message) -> None:
        self.require_valid_channel_name(channel)
        with self.lock:
            mailbox = self.mailboxes.get(channel)
        if mailbox is not None:
            self.deliver(channel, mailbox, deepcopy(message))

    async def group_add(self, group: str, channel: str) -> None:
        self.require_valid_group_name(group)
        self.require_valid_channel_name(channel)
        with self.lock:
            self.groups[group].add(channel)

    async def group_discard(self, group: str, channel: str) -> None:
        self.require_valid_group_name(group)
        with self.lock:
            self.leave(group, channel)

    async def group_send(self, group: str, message: Message) -> None:
        self.require_valid_group_name(group)
        with self.lock:
            self.forget_abandoned()
            members = [
                (channel, self.mailboxes[channel])
                for channel in self.groups.get(group, ())
                if channel in self.mailboxes
            ]
        if members:
            # One copy for all: it is kept apart from the sender's, and consumers only read it.
            kept = deepcopy(message)
            for channel, mailbox in members:
                self.deliver(channel, mailbox, kept)

    async def flush(self) -> None:
        with self.lock:
            self.mailboxes.clear()
            self.groups.clear()

    async def close(self) -> None:
        await self.flush()

    def deliver(self, channel: str, mailbox: Mailbox, message: Message) -> None:
        try:
            mailbox.loop.call_soon_threadsafe(mailbox.put, message)
        except RuntimeError:  # that loop is closed, and its consumer with it
            with self.lock:
                self.forget(channel)

    def find_or_open(self, channel: str) -> Mailbox:
        loop = asyncio.get_running_loop()
        mailbox = self.mailboxes.get(channel)
        if mailbox is None or mailbox.loop is not loop:
            mailbox = self.mailboxes[channel] = Mailbox(loop, asyncio.Queue(self.capacity))
        return mailbox

    def forget_abandoned(self) -> None:
        """Consumers that ended without leaving their groups would keep their mailboxes for ever."""
        oldest = time.monotonic() - self.expiry
        for channel, mailbox in list(self.mailboxes.items()):
            if not mailbox.receivers and mailbox.last_seen < oldest:
                self.forget(channel)

    def forget(self, channel: str) -> None:
        self.mailboxes.pop(channel, None)
        for group in [name for name, channels in self.groups.items() if channel in channels]:
            self.leave(group, channel)

    def leave(self, group: str, channel: str) -> None:
        channels = self.groups.get(group)
        if channels is not None:
            channels.discard(channel)
            if not channels:
                del self.groups[group]
