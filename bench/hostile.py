"""What the worst of the hostile expressions costs: `python -m bench.hostile` prints time and memory."""

from __future__ import annotations

import sys
import time
import tracemalloc

from tests.core.feel.hostile import HOSTILE
from tests.core.feel.test_hostile import outcome

MILLISECONDS, MEGABYTES = 100.0, 20.0  # what each must stay under
ROUNDS = 3


def milliseconds(text: str) -> float:
    """Processor time of reading and evaluating it, the best of some rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        outcome(text)
        best = min(best, time.process_time() - began)
    return 1000 * best


def megabytes(text: str) -> float:
    """The most memory held at once while it is read and evaluated."""
    tracemalloc.start()
    outcome(text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 1_000_000


def main() -> int:
    slowest = max((milliseconds(text), text) for text in HOSTILE)
    largest = max((megabytes(text), text) for text in HOSTILE)
    missed = 0
    print(f"{len(HOSTILE)} hostile expressions, the worst of them:")
    for (figure, text), bar, unit in ((slowest, MILLISECONDS, "ms"), (largest, MEGABYTES, "MB")):
        verdict = "reached" if figure < bar else "MISSED"
        print(f"{figure:12,.1f} {unit}  (must < {bar:.0f} {unit}: {verdict})  {text[:60]!a}")
        missed += figure >= bar
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
