"""The collector of cycles at rest while something large is built that stays; nothing about what is built."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock


class _Rest:
    """Who asks for the rest, in all threads: the first switches the collector off, the last on again."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.askers = 0
        self.was_on = False

    def begin(self) -> None:
        with self.lock:
            if not self.askers:
                self.was_on = gc.isenabled()
                gc.disable()
            self.askers += 1

    def end(self) -> None:
        with self.lock:
            self.askers -= 1
            if not self.askers and self.was_on:
                gc.enable()


_rest = _Rest()


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Reading and compiling make nothing but objects that stay: a collector that walks over them again and again
    while they grow in number makes linear work superlinear. May be nested, and asked for by several threads."""
    _rest.begin()
    try:
        yield
    finally:
        _rest.end()
