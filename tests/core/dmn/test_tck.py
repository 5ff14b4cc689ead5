"""The public part of the DMN TCK, scored by its runner; the bars only rise."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
RUNNER = ROOT.parent / "shared" / "tools" / "dmn_tck.py"
CORPUS = ROOT.parent / "shared" / "corpus" / "dmn-tck"

pytestmark = pytest.mark.skipif(
    not (RUNNER.is_file() and CORPUS.is_dir()), reason="the DMN TCK and its runner are not beside the project"
)


@pytest.fixture(scope="module")
def score(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """The runner's own report."""
    report = tmp_path_factory.mktemp("tck") / "report.json"
    command = [sys.executable, str(RUNNER), str(CORPUS), "--adapter", "tests.dmn_adapter:evaluate"]
    subprocess.run([*command, "--json", str(report)], cwd=ROOT, check=False, capture_output=True, timeout=300)
    return json.loads(report.read_text())


def test_every_case_passes(score: dict[str, object]) -> None:
    assert score["fails"] == []
    passed, total = score["cases"]
    assert passed == total > 2400


def test_every_folder_passes(score: dict[str, object]) -> None:
    folders = {name: counts[:2] for name, counts in score["folders"].items()}
    assert len(folders) == 96
    assert [name for name, (passed, total) in folders.items() if passed < total] == []


def test_values_are_computed_and_not_only_nulls(score: dict[str, object]) -> None:
    passed, total = score["value_nodes"]
    assert passed == total > 1200
