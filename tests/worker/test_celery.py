"""Celery's own worker, with processes for its pool and Redis as broker: it shows itself, and ends when it is told to."""

import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.infrastructure.processes import Child, manage
from tests.infrastructure.servers import run_redis
from tests.runtime.diagrams import make_file, service, simple

SECONDS = 90

START = """
from pathlib import Path
from engine.service.deploying import File, deploy
from engine.service import instances
deploy([File("held.bpmn", Path({path!r}).read_bytes())], None)
instances.start("held", None)
"""


def wait_until(holds: Callable[[], Any], what: str) -> Any:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        if found := holds():
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not come")


@pytest.fixture
def ask(tmp_path: Path) -> Callable[[str], list[Any]]:
    def run(question: str) -> list[Any]:
        with closing(sqlite3.connect(tmp_path / "site.sqlite3", timeout=SECONDS)) as connection:
            return connection.execute(question).fetchall()

    return run


def test_a_worker_that_is_told_to_stop_brings_back_what_it_has(tmp_path: Path, ask: Callable[[str], list[Any]]) -> None:
    file = tmp_path / "held.bpmn"
    file.write_bytes(make_file(simple("held", ("hold", service("hold", "hold-on")))))
    with run_redis() as broker:
        environment = {
            "DEBUG": "1", "DATA_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/site.sqlite3",
            "BROKER_URL": broker, "CHANNEL_URL": "", "LOG_LEVEL": "WARNING", "C_FORCE_ROOT": "1",
        }  # fmt: skip
        assert manage("migrate", "--verbosity", "0", environment=environment).wait(SECONDS) == 0
        celery = [sys.executable, "-W", "ignore", "-m", "celery", "-A", "tests.faults.workers"]
        worker = Child([*celery, "worker", "-c", "2", "--loglevel", "INFO"], environment)
        try:
            worker.wait_for_line(" ready.", SECONDS)
            wait_until(lambda: len(ask("SELECT 1 FROM engine_worker")) == 2, "both processes of the pool")
            code = START.format(path=str(file))
            assert manage("shell", "--no-imports", "-c", code, environment=environment).wait(SECONDS) == 0
            wait_until((tmp_path / "effects").exists, "the job")
            worker.process.send_signal(signal.SIGTERM)
            worker.wait_for_line("Warm shutdown", SECONDS)
            (tmp_path / "let-go").touch()
            assert worker.wait(SECONDS) == 0, worker.output
        finally:
            worker.stop()
    assert ask("SELECT status FROM engine_instance") == [(1,)]
    assert ask("SELECT 1 FROM engine_job") == []
    assert ask("SELECT name FROM engine_worker") == []
    assert len((tmp_path / "effects").read_text().splitlines()) == 1
