"""A Chromium for the browser tests: the headless shell, which needs half the work, or the whole browser."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATIENT_SECONDS = 600
# For what is quicker and not needed: a machine without a network must not wait for it.
HASTY_SECONDS = 45
HASTY = ("-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=10", "-o", "Acquire::https::Timeout=10")
ADVICE = (
    "No Chromium was found and none could be installed: install `chromium` with the system's packages, "
    "or run `.venv/bin/playwright install chromium`, or leave the browser tests out with BROWSER=0."
)


class NoChromiumError(Exception):
    """None could be had; the message says how to get one."""


def find_chromium() -> str | None:
    """Path of a Chromium; None stands for the one that Playwright keeps."""
    with alone():
        return bring_chromium()


@contextmanager
def alone() -> Iterator[None]:
    """Of several processes that look for one, the first installs it and the others find it."""
    path = Path(tempfile.gettempdir()) / f"statewright-chromium-{os.geteuid()}.lock"
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def bring_chromium() -> str | None:
    on_path = find_on_path()
    if os.geteuid() == 0 and shutil.which("apt-get"):
        if on_path is None:
            succeeds(["apt-get", "update", "-q"])
            _ = install(SHELL) or install("chromium")
        elif Path(on_path).name != SHELL:
            _ = install(SHELL, *HASTY) or (
                succeeds(["apt-get", "update", "-q", *HASTY], HASTY_SECONDS) and install(SHELL, *HASTY)
            )
        on_path = find_on_path()
    if on_path:
        return on_path
    if succeeds([sys.executable, "-m", "playwright", "install", "chromium"]):
        return None
    raise NoChromiumError(ADVICE)


def install(package: str, *options: str) -> bool:
    """Whether it is there now; what is slow is fetched first, so that no installation is broken off."""
    command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *options]
    fetched = succeeds([*command, "--download-only", package], HASTY_SECONDS if options else PATIENT_SECONDS)
    return fetched and succeeds([*command, package])


def find_on_path() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


def succeeds(command: Sequence[str], seconds: float = PATIENT_SECONDS) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(command, env=environment, capture_output=True, check=False, timeout=seconds)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def find_launch_arguments() -> list[str]:
    arguments = [
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
    ]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium refuses its sandbox to root
    return arguments
