"""A Chromium for the browser tests: the one on PATH, else from apt, else Playwright's own."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ADVICE = (
    "No Chromium was found and none could be installed: install `chromium` with the system's packages, "
    "or run `.venv/bin/playwright install chromium`, or leave the browser tests out with BROWSER=0."
)


class NoChromiumError(Exception):
    """None could be had; the message says how to get one."""


def find_chromium() -> str | None:
    """Path of a Chromium; None stands for the one that Playwright keeps."""
    on_path = find_on_path()
    if on_path:
        return on_path
    if os.geteuid() == 0 and shutil.which("apt-get"):
        succeeds(["apt-get", "update", "-q"])
        succeeds(["apt-get", "install", "-y", "-q", "chromium"])
        on_path = find_on_path()
        if on_path:
            return on_path
    if succeeds([sys.executable, "-m", "playwright", "install", "chromium"]):
        return None
    raise NoChromiumError(ADVICE)


def find_on_path() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


def succeeds(command: Sequence[str]) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 0


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
