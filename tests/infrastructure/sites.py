"""Whole installations for the tests: one process on SQLite, or several on PostgreSQL and Redis."""

import fcntl
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.infrastructure.processes import Child, find_free_port, manage

SHARED_FOLDER = "TESTS_SHARED_FOLDER"  # of all processes of one run of pytest
SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.infrastructure.site_settings"}


@dataclass
class Site:
    """A running installation with the demo in it; sign in with demo accounts."""

    kind: str
    url: str
    environment: dict[str, str]
    children: dict[str, Child] = field(default_factory=dict)

    def run_command(self, *arguments: str) -> str:
        """The output of `manage.py …` against this installation."""
        child = manage(*arguments, environment=self.environment)
        code = child.wait(180)
        assert code == 0, child.output
        return child.output

    @property
    def log(self) -> str:
        return "\n".join(f"--- {name}\n{child.output}" for name, child in self.children.items())


def furnish(environment: Mapping[str, str]) -> None:
    """Tables and the demo, in an empty database."""
    child = Child([sys.executable, "-m", "tests.infrastructure.furnish"], environment)
    assert child.wait(180) == 0, child.output


def in_one_process(folder: Path) -> dict[str, str]:
    """The environment of an installation without a broker, with its data in the folder."""
    return {
        "DEBUG": "1",
        "DATA_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/site.sqlite3",
        "BROKER_URL": "",
        "CHANNEL_URL": "",
        "LOG_LEVEL": "WARNING",
        **SETTINGS,
    }


def copy_furnished(folder: Path) -> None:
    """The data of a new installation with the demo: made once for all workers of a run, for a copy is quicker."""
    if SHARED_FOLDER not in os.environ:
        furnish(in_one_process(folder))
        return
    original = Path(os.environ[SHARED_FOLDER]) / "furnished"
    with original.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not original.exists():
            unfinished = original.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            unfinished.mkdir()
            furnish(in_one_process(unfinished))
            unfinished.rename(original)
    shutil.copytree(original, folder, dirs_exist_ok=True)


@contextmanager
def run_embedded_site(folder: Path, choices: Mapping[str, str] | None = None) -> Iterator[Site]:
    """Everything in one process, as `make run` starts it; `choices` are more of its environment."""
    environment = in_one_process(folder) | dict(choices or {})
    copy_furnished(folder)
    child = manage("serve", "--port", "0", environment=environment)
    try:
        line = child.wait_for_line("ready at", 180)
        url = next(word for word in line.split() if word.startswith("http"))
        yield Site("embedded", url.rstrip("/"), environment, {"serve": child})
    finally:
        code = child.stop()
    assert code == 0, child.output


@contextmanager
def run_scaled_site(folder: Path, database_url: str, redis_url: str) -> Iterator[Site]:
    """Web server, worker and clock as processes of their own, as in production."""
    port = find_free_port()
    environment = {
        "DEBUG": "1",
        "DATA_DIR": str(folder),
        "DATABASE_URL": database_url,
        "BROKER_URL": redis_url,
        "CHANNEL_URL": redis_url,
        "SECRET_KEY": "only-for-tests-" + "0123456789abcdef" * 3,
        "LOG_LEVEL": "WARNING",
        "C_FORCE_ROOT": "1",
        **SETTINGS,
    }
    site = Site("scaled", f"http://127.0.0.1:{port}", environment)
    furnish(environment)
    celery = [sys.executable, "-W", "ignore", "-m", "celery", "-A", "config"]
    web = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", str(port)]
    with ExitStack() as stack:
        for name, command, ready in (
            ("web", web, "Application startup complete"),
            ("worker", [*celery, "worker", "-c", "2", "--loglevel", "INFO"], " ready."),
            ("clock", [*celery, "beat", "--pidfile=", "--loglevel", "INFO"], "is starting."),
        ):
            child = site.children[name] = Child(command, environment)
            stack.callback(child.stop)
            child.wait_for_line(ready, 180)
        yield site
