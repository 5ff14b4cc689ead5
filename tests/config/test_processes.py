"""Web server, worker and clock as processes of their own: they serve, or refuse with one line."""

import sys
from pathlib import Path

import pytest

from tests.infrastructure.processes import Child, find_free_port

WEB = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", "0"]
CELERY = [sys.executable, "-W", "ignore", "-m", "celery", "-A", "config"]


def missing_broker(folder: Path) -> dict[str, str]:
    return {
        "DATA_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/flow.sqlite3",
        "BROKER_URL": f"redis://127.0.0.1:{find_free_port()}/0",
    }


@pytest.mark.parametrize("command", [[*CELERY, "worker"], [*CELERY, "beat", "--pidfile="]], ids=["worker", "clock"])
def test_celery_without_its_broker_ends_with_one_line(tmp_path: Path, command: list[str]) -> None:
    child = Child(command, missing_broker(tmp_path))
    assert child.wait(30) == 1
    errors = [line for line in child.lines if line.startswith("error:")]
    assert len(errors) == 1
    assert "The broker of BROKER_URL cannot be reached" in errors[0]
    assert "Traceback" not in child.output


@pytest.mark.parametrize("command", [[*CELERY, "worker"], [*CELERY, "beat", "--pidfile="]], ids=["worker", "clock"])
def test_celery_that_nobody_can_send_to_ends_with_one_line(tmp_path: Path, command: list[str]) -> None:
    child = Child(command, missing_broker(tmp_path) | {"BROKER_URL": ""})
    assert child.wait(60) == 1
    assert "error: BROKER_URL is not set" in child.output
    assert "Traceback" not in child.output


def test_web_server_without_its_migrations_does_not_start(tmp_path: Path) -> None:
    child = Child(WEB, {"DATA_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path}/flow.sqlite3"})
    assert child.wait(30) != 0
    assert "run `python manage.py migrate`" in child.output
    assert "Traceback" not in child.output


def test_web_server_with_a_setting_it_does_not_understand_does_not_start(tmp_path: Path) -> None:
    child = Child(WEB, {"DATA_DIR": str(tmp_path), "DATABASE_URL": "mysql://db/flow"})
    assert child.wait(30) != 0
    assert "error: DATABASE_URL='mysql://db/flow' is not understood" in child.output
    assert "Traceback" not in child.output


def test_celery_with_a_setting_it_does_not_understand_does_not_start(tmp_path: Path) -> None:
    child = Child([*CELERY, "worker"], {"DATA_DIR": str(tmp_path), "BROKER_URL": "sqs://"})
    assert child.wait(30) != 0
    assert "error: BROKER_URL='sqs://' is not understood" in child.output
    assert "Traceback" not in child.output
