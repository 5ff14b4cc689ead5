"""A player is one engine in a process of its own: it is told a piece of work and answers how much of it it did.

A line in, a line out: `{"work": "W1", "batch": 100, "seconds": 1}` → `{"rate": 123.4}`; `batch` null is in memory.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

# Does the work once and says how many instances that were; None: this engine does not do it.
Act = Callable[[], int]
Prepare = Callable[[str, int | None], Act | None]


def serve(prepare: Prepare, more: dict[str, Callable[[dict[str, Any]], Any]] | None = None) -> None:
    """Until the lines end. What the engine prints goes to standard error."""
    answers, sys.stdout = os.fdopen(os.dup(1), "w"), sys.stderr
    os.dup2(2, 1)
    acts: dict[tuple[str, int | None], Act | None] = {}
    for line in sys.stdin:
        asked = json.loads(line)
        own = (more or {}).get(asked["work"])
        if own is not None:
            answer = own(asked)
        else:
            key = (asked["work"], asked["batch"])
            if key not in acts:
                acts[key] = prepare(*key)
                if acts[key] is not None:
                    acts[key]()  # caches are filled before anything is counted
            act = acts[key]
            is_in_memory = asked["batch"] is None
            answer = {"rate": None if act is None else rate(act, asked["seconds"], is_in_memory=is_in_memory)}
        print(json.dumps(answer), file=answers, flush=True)


def rate(act: Act, seconds: float, *, is_in_memory: bool) -> float:
    """In memory by the processor's time, which does not count what else the machine does; durable by the clock.

    To look at the processor's clock takes a tenth of the shortest work: it is looked at 500 times at most."""
    clock = time.process_time if is_in_memory else time.perf_counter
    done, turns = 0, 1
    started = looked = clock()
    while looked - started < seconds:
        for _ in range(turns):
            done += act()
        before, looked = looked, clock()
        if looked - before < seconds / 500:
            turns *= 2
    return done / (looked - started)
