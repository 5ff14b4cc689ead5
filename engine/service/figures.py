"""What this process has done since it began, counted in memory; its worker shows the figures with its heartbeat."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Iterable
from statistics import quantiles
from typing import Any

MOST_LATENESS = 1000

_lock = threading.Lock()
_counts: Counter[str] = Counter()
_lateness: deque[float] = deque(maxlen=MOST_LATENESS)


def count(name: str, number: int = 1) -> None:
    if number:
        with _lock:
            _counts[name] += number


def note_lateness(seconds: Iterable[float]) -> None:
    """How long after its instant each timer fired."""
    with _lock:
        _lateness.extend(seconds)


def read() -> dict[str, Any]:
    """The counts, and of the latest timers how late half of them and the worst hundredth were, in seconds."""
    with _lock:
        counts: dict[str, Any] = dict(_counts)
        late = list(_lateness)
    if len(late) > 1:
        cuts = quantiles(late, n=100, method="inclusive")
        counts |= {"late_p50": round(cuts[49], 3), "late_p99": round(cuts[98], 3), "late_most": round(max(late), 3)}
    elif late:
        counts |= dict.fromkeys(("late_p50", "late_p99", "late_most"), round(late[0], 3))
    return counts


def forget_all() -> None:
    """For tests."""
    with _lock:
        _counts.clear()
        _lateness.clear()
