"""The bounds of what runs, each a setting; every one ends in an incident or a refusal, never in a stuck worker."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from django.conf import settings

from engine.core.model.limits import Limits
from engine.core.model.words import say
from engine.service.errors import Busy


def read(name: str) -> int:
    found: int = settings.ENGINE_LIMITS[name]
    return found


def core_limits() -> Limits:
    """Those that the core keeps."""
    own = settings.ENGINE_LIMITS
    return _make(own["steps"], own["tokens"], own["multi_instance"], own["call_depth"])


@lru_cache(maxsize=8)
def _make(steps: int, tokens: int, multi_instance: int, call_depth: int) -> Limits:
    return Limits(steps=steps, tokens=tokens, multi_instance=multi_instance, call_depth=call_depth)


class Door:
    """Lets so many requests of this process in to change instances; who comes beyond that has to come again."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.inside = 0

    @contextmanager
    def pass_through(self) -> Iterator[None]:
        with self.lock:
            if self.inside >= read("units"):
                raise Busy(
                    "too-busy", say("More is going on than there is room for. Nothing was changed; try again soon.")
                )
            self.inside += 1
        try:
            yield
        finally:
            with self.lock:
                self.inside -= 1


door = Door()
