"""`make bench`: each suite in turn, or those that are named; ratios are of this one run. Code 1: a bar was missed."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable

from bench import clients, dmn, engine, feel, flood, hostile, inbox, live, search, tck

SUITES: dict[str, Callable[[], int]] = {
    "feel": feel.main,
    "hostile": hostile.main,
    "dmn": dmn.main,
    "tck": tck.main,
    "engine": engine.main,
    "search": search.main,
    "inbox": inbox.main,
    "live": live.main,
    "flood": flood.main,
    "clients": clients.main,
}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in SUITES]
    if unknown:
        print(f"There is no suite {', '.join(unknown)}: one of {', '.join(SUITES)}.", file=sys.stderr)
        return 2
    print(f"Python {platform.python_version()} on {platform.machine()}")
    missed = 0
    for name in names or SUITES:
        print(f"\n{name}")
        missed += SUITES[name]()
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
