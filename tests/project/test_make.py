"""The two commands on machines that lack something: one clear line each, and nothing done by halves."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.infrastructure.processes import ROOT

TOOLS = ("sh", "make", "awk", "env", "find", "rm", "touch", "uname")


class Machine:
    """A folder with the Makefile in it, and a PATH with nothing but the tools that every system has."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self.bin.mkdir()
        for name in TOOLS:
            found = shutil.which(name)
            assert found, f"{name} is needed for this test"
            (self.bin / name).symlink_to(found)
        for name in ("Makefile", "requirements.lock", "requirements-dev.lock"):
            shutil.copy(ROOT / name, folder)
            os.utime(folder / name, (0, 0))
        (folder / "static").mkdir()
        (folder / "static" / "package-lock.json").write_text("{}")

    def add_program(self, path: str, script: str) -> None:
        program = self.folder / path
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(f"#!{self.bin}/sh\n{script}\n")
        program.chmod(0o755)

    def add_installed_python(self) -> None:
        """An environment that is installed already, whose Python says what it was called with."""
        self.add_program(".venv/bin/python", 'echo "python $* DEBUG=$DEBUG"')
        for name in (".runtime-installed", ".development-installed"):
            (self.folder / ".venv" / name).touch()

    def make(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["make", *arguments],
            cwd=self.folder,
            env={"PATH": str(self.bin)},
            check=False,
            text=True,
            capture_output=True,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def errors_of(result: subprocess.CompletedProcess[str]) -> list[str]:
    """What was said on the error stream, without make's own line about the target that failed."""
    return [line for line in result.stderr.splitlines() if not line.startswith("make: ***")]


def test_machine_without_python_is_told_which_is_needed(machine: Machine) -> None:
    result = machine.make("run")
    assert result.returncode != 0
    assert len(errors_of(result)) == 1
    assert "Python 3.11, 3.12 or 3.13 is needed" in result.stderr


def test_python_that_does_not_fit_is_passed_over(machine: Machine) -> None:
    machine.add_program("bin/python3", "exit 1")
    result = machine.make("run")
    assert result.returncode != 0
    assert len(errors_of(result)) == 1
    assert not (machine.folder / ".venv").exists()


def test_python_without_environments_is_told_what_to_install(machine: Machine) -> None:
    machine.add_program("bin/python3", 'case "$1" in -m) exit 1;; esac')
    result = machine.make("run")
    assert result.returncode != 0
    assert "python3-venv" in result.stderr
    assert not (machine.folder / ".venv").exists()


@pytest.mark.parametrize("command", ["run", "test", "check"])
def test_missing_node_is_one_line(machine: Machine, command: str) -> None:
    machine.add_installed_python()
    result = machine.make(command)
    assert result.returncode != 0
    assert len(errors_of(result)) == 1
    assert "Node 20.19 or newer is needed and was not found" in result.stderr


def test_too_old_node_is_one_line(machine: Machine) -> None:
    machine.add_installed_python()
    machine.add_program("bin/node", 'case "$1" in --version) echo v18.20.0;; *) exit 1;; esac')
    result = machine.make("run")
    assert result.returncode != 0
    assert errors_of(result) == ["error: Node 20.19 or newer is needed; this is Node v18.20.0."]


def test_built_front_end_needs_no_node(machine: Machine) -> None:
    machine.add_installed_python()
    (machine.folder / "static" / "dist").mkdir()
    (machine.folder / "static" / "dist" / "manifest.json").write_text("{}")
    result = machine.make("run", "PORT=8123")
    assert result.returncode == 0, result.stderr
    assert "manage.py serve --host 127.0.0.1 --port 8123 --migrate --demo --gallery DEBUG=1" in result.stdout


def test_make_alone_says_what_can_be_made(machine: Machine) -> None:
    result = machine.make()
    assert result.returncode == 0
    for target in ("run", "test", "check", "bench", "faults"):
        assert f"make {target} " in result.stdout
