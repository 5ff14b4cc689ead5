"""Installations of the fault tests, and how much of the programme is run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from tests.faults.fleet import Fleet, run_fleet
from tests.faults.mortal import Mortal, run_mortal

IS_WHOLE = os.environ.get("FAULTS") == "all"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of a fleet come last: while others run, none of its processes needs to wait for nothing."""
    items.sort(key=lambda item: "fleet" in getattr(item, "fixturenames", ()))


@pytest.fixture(scope="session")
def of() -> Callable[[int, int], int]:
    """`of(few, many)`: the number for `make test`, or the one for `make faults`."""
    return lambda few, many: many if IS_WHOLE else few


@pytest.fixture(scope="session")
def chance() -> Random:
    """Seeded, and says its seed where a test fails: FAULTS_SEED=… repeats it."""
    seed = int(os.environ.get("FAULTS_SEED", "0")) or Random().randrange(1, 1 << 30)
    print(f"FAULTS_SEED={seed}")
    return Random(seed)


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Mortal]:
    with run_mortal(tmp_path / "site") as found:
        yield found


@pytest.fixture(scope="session")
def fleet() -> Iterator[Fleet]:
    """One for all tests: each leaves it whole."""
    with run_fleet() as found:
        yield found
