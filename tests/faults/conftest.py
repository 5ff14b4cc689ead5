"""Installations of the fault tests, and how much of the programme is run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from tests.faults.fleet import Fleet, run_fleet
from tests.faults.mortal import READY_SECONDS, Mortal, run_mortal
from tests.infrastructure.processes import manage
from tests.infrastructure.sites import SETTINGS

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


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a new installation with the demo: a copy of it is quicker than the migrations."""
    folder = tmp_path_factory.mktemp("template")
    environment = {"DEBUG": "1", "DATA_DIR": str(folder), "DATABASE_URL": f"sqlite:///{folder}/site.sqlite3"}
    environment |= {"BROKER_URL": "", "CHANNEL_URL": "", "LOG_LEVEL": "WARNING", **SETTINGS}
    for command in (("migrate", "--verbosity", "0"), ("demo",)):
        child = manage(*command, environment=environment)
        assert child.wait(READY_SECONDS) == 0, child.output
    return folder


@pytest.fixture
def mortal(tmp_path: Path, template: Path) -> Iterator[Mortal]:
    with run_mortal(tmp_path / "site", template) as found:
        yield found


@pytest.fixture(scope="session")
def fleet() -> Iterator[Fleet]:
    """One for all tests: each leaves it whole."""
    with run_fleet() as found:
        yield found
