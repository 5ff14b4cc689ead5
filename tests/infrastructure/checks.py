"""`make check`: everything that can be said about the source without running it. Every check runs."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.infrastructure.documents import read_production_example

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
STRICT_ROOMS = ("engine/core", "engine/store", "engine/service")


@dataclass(frozen=True)
class Check:
    name: str
    command: tuple[str, ...]
    environment: dict[str, str] = field(default_factory=dict)


def list_checks() -> list[Check]:
    manage = (sys.executable, "manage.py")
    rooms = [room for room in STRICT_ROOMS if any((ROOT / room).rglob("*.py"))]
    return [
        Check("lint", (str(BIN / "ruff"), "check", "--quiet", ".")),
        Check("format", (str(BIN / "ruff"), "format", "--quiet", "--check", ".")),
        Check("types", (str(BIN / "mypy"), "--no-error-summary", *rooms)),
        Check("layers", (str(BIN / "lint-imports"), "--no-logo", "--no-cache")),
        Check("front end", ("npm", "--prefix", "static", "run", "--silent", "check")),
        Check("migrations", (*manage, "makemigrations", "--check", "--dry-run")),
        Check(
            "deployment settings",
            (*manage, "check", "--deploy", "--fail-level", "WARNING"),
            read_production_example(),
        ),
    ]


def run_check(check: Check) -> bool:
    started = time.monotonic()
    environment = {**os.environ, **check.environment}
    try:
        result = subprocess.run(
            check.command,
            cwd=ROOT,
            env=environment,
            check=False,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    except FileNotFoundError as error:
        result = subprocess.CompletedProcess(check.command, 127, f"{error.filename} was not found")
    has_passed = result.returncode == 0
    print(
        f"{'ok    ' if has_passed else 'FAILED'} {check.name} ({time.monotonic() - started:.1f} s)",
        flush=True,
    )
    if not has_passed:
        print(result.stdout.rstrip(), flush=True)
    return has_passed


def main() -> int:
    failed = [check.name for check in list_checks() if not run_check(check)]
    print(f"Failed: {', '.join(failed)}" if failed else "All checks passed.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
