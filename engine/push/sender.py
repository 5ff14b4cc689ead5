"""A thread of each process that sends nudges to pages: whoever commits does not wait for it, and many become one."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections.abc import Collection, Mapping
from typing import Any

from channels.layers import get_channel_layer

logger = logging.getLogger(__name__)

GROUP = "engine"
# After a nudge the next one gathers what is committed meanwhile.
PAUSE_SECONDS = 0.01
MOST_INSTANCES = 1000


class Sender:
    """The first nudge goes at once. One that is lost with the process is no loss: the rows say what happened."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.thread: threading.Thread | None = None
        self.process = 0
        self.is_sending = False
        self.clear()

    def clear(self) -> None:
        self.instances: dict[int, int] = {}
        self.processes: set[str] = set()
        self.is_inbox_changed = False
        self.letters: list[tuple[str, dict[str, Any]]] = []  # to groups of their own

    def post(self, group: str, message: dict[str, Any]) -> None:
        """A message to one group, in order with the others."""
        with self.changed:
            self.letters.append((group, message))
            self.start()

    def put(self, instances: Mapping[int, int], processes: Collection[str], is_inbox_changed: bool) -> None:
        with self.changed:
            self.instances.update(instances)
            self.processes.update(processes)
            self.is_inbox_changed |= is_inbox_changed
            self.start()

    def start(self) -> None:
        """Wake the thread; the lock is held."""
        if self.thread is None or self.process != os.getpid():  # a forked worker has no thread yet
            self.process = os.getpid()
            self.thread = threading.Thread(target=self.run, name="push", daemon=True)
            self.thread.start()
        self.changed.notify_all()

    def flush(self, seconds: float = 5.0) -> bool:
        """Wait until everything put so far is sent; whether it is."""
        with self.changed:
            return self.changed.wait_for(lambda: self.is_idle, seconds)

    @property
    def is_idle(self) -> bool:
        return not (self.instances or self.is_inbox_changed or self.letters or self.is_sending)

    def run(self) -> None:
        loop = asyncio.new_event_loop()
        while True:
            with self.changed:
                self.changed.wait_for(lambda: not self.is_idle)
                messages = self.take()
                self.is_sending = True
            try:
                loop.run_until_complete(send(messages))
            except Exception:
                logger.exception("pages were not told of a change; they see it when they look again")
            with self.changed:
                self.is_sending = False
                self.changed.notify_all()
            time.sleep(PAUSE_SECONDS)

    def take(self) -> list[tuple[str, dict[str, Any]]]:
        """Every message with its group."""
        letters = self.letters
        if not (self.instances or self.is_inbox_changed):
            self.clear()
            return letters
        instances = [(str(instance), sequence) for instance, sequence in self.instances.items()]
        parts = [instances[at : at + MOST_INSTANCES] for at in range(0, len(instances), MOST_INSTANCES)] or [[]]
        shared = {"type": "engine.moved", "processes": sorted(self.processes), "inbox": self.is_inbox_changed}
        self.clear()
        return [*((GROUP, {**shared, "instances": dict(part)}) for part in parts), *letters]


async def send(messages: list[tuple[str, dict[str, Any]]]) -> None:
    layer = get_channel_layer()
    if layer is not None:
        for group, message in messages:
            await layer.group_send(group, message)


sender = Sender()
