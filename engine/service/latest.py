"""Which version a process starts with, remembered: the statement that starts an instance tells whether it still is."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from engine.core.model.problems import ProcessError
from engine.service.errors import ServiceError
from engine.store import open_store

T = TypeVar("T")
Found = tuple[int, int | None, bool]  # the process, its latest version, whether it is suspended
MOST_KNOWN = 10_000

_known: dict[str, Found] = {}


def on_latest(process: str, act: Callable[[Found | None, bool], T]) -> T:
    """Act on what is known of the process; where that was refused and is not so any more, on what is stored.

    `act` gets the process and whether it is sure: if not, its unit has to name it in `Batch.latest`."""
    known = _known.get(process)
    if known is None:
        return act(_look_up(process), True)
    try:
        return act(known, False)
    except (ProcessError, ServiceError):
        found = _look_up(process)
        if found == known:
            raise
    return act(found, True)


def forget_all() -> None:
    """For tests, whose databases hand out the same ids again."""
    _known.clear()


def _look_up(process: str) -> Found | None:
    found = open_store().find_process(process)
    if found is not None and found[1] is not None and not found[2]:
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        _known[process] = found
    else:
        _known.pop(process, None)
    return found
