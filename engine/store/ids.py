"""Hands out instance ids from blocks; where a block comes from is the database's."""

from __future__ import annotations

import threading
from collections.abc import Callable

BLOCK = 256


class InstanceIds:
    """Ids rise within a process, and so do its keys: new rows go to the end of their table."""

    def __init__(self, reserve_block: Callable[[], int]) -> None:
        self.reserve_block = reserve_block
        self.left: list[int] = []  # the smallest at the end
        self.lock = threading.Lock()

    def take(self, count: int) -> list[int]:
        with self.lock:
            while len(self.left) < count:
                first = self.reserve_block() * BLOCK
                self.left = [*range(first + BLOCK - 1, first - 1, -1), *self.left]
            return [self.left.pop() for _ in range(count)]
