"""docs/tutorial.md does what it says: its blocks are run in their order, the first of them before there is a server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.infrastructure.processes import ROOT
from tests.infrastructure.sites import run_embedded_site

BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
TEXT = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
BEFORE, AFTER = TEXT.split("## Start it", 1)


def run(parts: list[str], folder: Path, environment: dict[str, str]) -> None:
    checkout = folder / "checkout"
    done = subprocess.run(
        ["bash", "-c", "\n".join(["set -euo pipefail", *parts])],
        cwd=folder,
        env={**os.environ, **environment, "STATEWRIGHT": str(checkout)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


def make_checkout(folder: Path) -> None:
    """This one, with the Python that runs the tests where `make run` puts its own."""
    checkout = folder / "checkout"
    (checkout / ".venv" / "bin").mkdir(parents=True)
    python = checkout / ".venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    for entry in ROOT.iterdir():
        if entry.name not in (".venv", ".git", "var"):
            (checkout / entry.name).symlink_to(entry)


def test_the_tutorial_leads_to_a_process_that_runs(tmp_path: Path) -> None:
    make_checkout(tmp_path)
    first, rest = BLOCK.findall(BEFORE), BLOCK.findall(AFTER)
    database = {"DATA_DIR": str(tmp_path / "data"), "DEBUG": "1"}
    run(first, tmp_path, database)
    choices = {"APPS": "pizza", "PYTHONPATH": f"{tmp_path}:{ROOT}"}
    with run_embedded_site(tmp_path / "data", choices) as site:
        names = [part for part in first[0].splitlines() if not part.startswith("mkdir")]
        run([*names, *rest], tmp_path, {**site.environment, "URL": site.url})


def test_an_app_that_is_not_found_is_one_line() -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**os.environ, "APPS": "no_such_app"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "error: APPS names 'no_such_app', which is not found: put its folder on PYTHONPATH.\n"
