"""`make bench`: each suite in turn, or those that are named; every figure is a ratio within this one run."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable

from bench import dmn, engine, feel

SUITES: dict[str, Callable[[], object]] = {"feel": feel.main, "dmn": dmn.main, "engine": engine.main}


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in SUITES]
    if unknown:
        print(f"There is no suite {', '.join(unknown)}: one of {', '.join(SUITES)}.", file=sys.stderr)
        return 2
    print(f"Python {platform.python_version()} on {platform.machine()}")
    for name in names or SUITES:
        print(f"\n{name}")
        SUITES[name]()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
