"""The bounds of what runs, each a setting; every one ends in an incident or a refusal, never in a stuck worker."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from engine.core.model.limits import Limits
from engine.core.model.words import say
from engine.models.settled import settled
from engine.service.errors import Busy


@settled("ENGINE_LIMITS")
def read(name: str) -> int:
    found: int = settings.ENGINE_LIMITS[name]
    return found


@settled("ENGINE_LIMITS")
def core_limits() -> Limits:
    """Those that the core keeps."""
    return Limits(
        steps=read("steps"),
        tokens=read("tokens"),
        multi_instance=read("multi_instance"),
        call_depth=read("call_depth"),
    )


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
