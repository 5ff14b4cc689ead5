"""The API is what its OpenAPI document says, for everything that schemathesis thinks of."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.infrastructure.processes import ROOT
from tests.infrastructure.sites import Site, run_embedded_site

SCOPES = ["read", "start", "work", "jobs", "operate", "deploy", "tokens"]
SEED = 7
CONFIGURATION = f"""
seed = {SEED}

[generation]
allow-x00 = false
max-examples = 1
database = "none"
deterministic = true
no-shrink = true

[phases.coverage]
# More than one wrong method tells nothing new of a route.
unexpected-methods = ["delete", "trace"]

[checks.positive_data_acceptance]
expected-statuses = ["2xx", "400", "401", "403", "404", "409", "429"]
"""


@pytest.fixture(scope="module")
def unlimited_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One of its own: whoever tries everything also cancels, suspends and revokes."""
    limits = {"API_RATE": "0", "SIGN_IN_TRIES": "1000000", "API_REFUSALS": "0"}
    with run_embedded_site(tmp_path_factory.mktemp("document"), limits) as site:
        yield site


def test_every_answer_is_as_the_document_says(unlimited_site: Site, tmp_path: Path) -> None:
    body = {"name": "everything", "scopes": SCOPES}
    made = httpx.post(f"{unlimited_site.url}/api/v1/tokens/", json=body, auth=("admin", "admin-demo"), timeout=30)
    secret = made.json()["secret"]
    (tmp_path / "schemathesis.toml").write_text(CONFIGURATION)
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(tmp_path / "schemathesis.toml"), "run"),
        *(f"{unlimited_site.url}/api/schema/", "-H", f"Authorization: Bearer {secret}", "--checks", "all"),
        *("--phases", "examples,coverage,fuzzing"),
    ]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "tests.api.document_checks", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stdout[-20_000:]
    assert "Traceback" not in unlimited_site.log
