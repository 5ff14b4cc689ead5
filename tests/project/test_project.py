"""The project's own promises: locked packages, a clean deployment, documents that do not lie."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.infrastructure.documents import read_production_example
from tests.infrastructure.processes import ROOT
from tests.infrastructure.suite import DETAIL_LINES, Layer, Outcome, read_outcomes, report, summarise

PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)")


def read_pins(lines: list[str]) -> dict[str, str]:
    found = (PIN.match(line) for line in lines)
    return {match[1].lower(): match[2] for match in found if match}


def read_lock(name: str) -> dict[str, str]:
    return read_pins((ROOT / name).read_text().splitlines())


@pytest.fixture(scope="module")
def project() -> dict[str, list[str]]:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return {"run": table["dependencies"], "dev": table["optional-dependencies"]["dev"]}


def test_every_dependency_is_pinned_and_locked_at_its_pin(project: dict[str, list[str]]) -> None:
    for group, lock in (("run", "requirements.lock"), ("dev", "requirements-dev.lock")):
        pins = read_pins(project[group])
        assert len(pins) == len(project[group]), f"an unpinned dependency in {group}"
        locked = read_lock(lock)
        assert {name: locked.get(name) for name in pins} == pins


def test_development_runs_the_very_packages_of_production() -> None:
    run, development = read_lock("requirements.lock"), read_lock("requirements-dev.lock")
    assert {name: development.get(name) for name in run} == run


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_lock_has_hashes_for_every_package_and_names_no_host(name: str) -> None:
    text = (ROOT / name).read_text()
    entries = [entry for entry in re.split(r"\n(?=\S)", text.strip()) if PIN.match(entry)]
    assert len(entries) > 40
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in text


def test_every_direct_dependency_is_explained(project: dict[str, list[str]]) -> None:
    text = (ROOT / "docs" / "dependencies.md").read_text().lower()
    names = {**read_pins(project["run"]), **read_pins(project["dev"])}
    assert [name for name in names if f"`{name}`" not in text] == []


def test_every_package_that_runs_has_its_notice() -> None:
    notices = (ROOT / "THIRD_PARTY.md").read_text()
    locked = read_lock("requirements.lock")
    assert [f"{name} {version}" for name, version in locked.items() if f"| {name} | {version} |" not in notices] == []


def test_production_example_is_clean() -> None:
    environment = {"PATH": os.environ["PATH"], **read_production_example()}
    result = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    assert "no issues" in result.stdout + result.stderr


def test_every_setting_of_the_environment_is_in_the_readme() -> None:
    settings = (ROOT / "config" / "settings.py").read_text()
    names = set(re.findall(r"(?:read_\w+|environ\.get)\(\s*\"([A-Z_]+)\"", settings))
    assert {"DATABASE_URL", "SECRET_KEY", "EMAIL_HOST_PASSWORD"} <= names
    readme = (ROOT / "README.md").read_text()
    assert [name for name in sorted(names) if f"`{name}`" not in readme] == []


def test_every_link_between_documents_leads_to_a_file() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text("utf-8"))]
    assert len(links) > 100
    lost = [f"{page.relative_to(ROOT)}: {link}" for page, link in links
            if not re.match(r"\w+:", link) and not (page.parent / link).exists()]  # fmt: skip
    assert lost == []


def test_continuous_integration_runs_the_two_commands_and_nothing_else() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    commands = [line for line in script.read_text().splitlines() if line and not line.startswith(("#", "set ", "cd "))]
    assert commands == ["make check", "make test"]


def test_closing_line_counts_every_outcome() -> None:
    outcomes = [Outcome("a", "passed", ""), Outcome("b", "skipped", "why"), Outcome("c", "failed", "no")]
    assert summarise(outcomes, True, 1.5) == "==== 1 failed, 1 passed, 1 skipped in 1.50s ===="


def test_layer_that_died_without_a_result_is_an_error() -> None:
    assert summarise([Outcome("a", "passed", "")], True, 1.0) == "==== 1 passed, 1 error in 1.00s ===="


def test_what_failed_is_said_last_and_with_its_end() -> None:
    lines = [f"line {number}" for number in range(DETAIL_LINES + 10)]
    bad = Outcome("b", "error", "no page\nfor an hour", "\n".join(lines))
    outcomes = [bad, Outcome("a", "passed", ""), Outcome("c", "skipped", "why")]
    assert list(report(outcomes)) == ["SKIPPED c: why", "--- b", *lines[-DETAIL_LINES:], "ERROR b: no page"]


def test_outcomes_are_read_from_what_pytest_writes(tmp_path: Path) -> None:
    (tmp_path / "test_sample.py").write_text(
        "import pytest\n"
        "def test_good(): pass\n"
        "def test_bad(): assert False\n"
        "def test_left_out(): pytest.skip('no time')\n"
    )
    results = tmp_path / "results.xml"
    command = [sys.executable, "-m", "pytest", "-p", "no:django", "-p", "no:cacheprovider", "-c", os.devnull]
    ran = subprocess.run(
        [*command, f"--rootdir={tmp_path}", f"--junitxml={results}", str(tmp_path)],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        text=True,
    )
    assert results.exists(), ran.stdout + ran.stderr

    class Found(Layer):
        @property
        def results(self) -> Path:
            return results

    kinds = {outcome.name.split("::")[1]: outcome for outcome in read_outcomes(Found("x", (), ""))}
    assert {name: outcome.kind for name, outcome in kinds.items()} == {
        "test_good": "passed",
        "test_bad": "failed",
        "test_left_out": "skipped",
    }
    assert kinds["test_left_out"].reason == "no time"
