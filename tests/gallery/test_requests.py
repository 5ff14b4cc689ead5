"""The requests that pages of patterns show are taken by a live server as they are written."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest

from tests.infrastructure.processes import ROOT
from tests.infrastructure.sites import Site

REQUEST = re.compile(r"^```sh\n(curl .*?)^```$", re.DOTALL | re.MULTILINE)
SIGN_IN = re.compile(r"^(?:pick\(\)[^\n]*$|export TOKEN=.*?\)$)", re.DOTALL | re.MULTILINE)
PAGES = sorted(page for page in (ROOT / "docs" / "patterns").glob("*.md") if "curl " in page.read_text("utf-8"))


def test_the_requests_of_the_pages_are_taken(embedded_site: Site) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    assert PAGES
    script = ["set -euo pipefail", *SIGN_IN.findall((ROOT / "docs" / "api.md").read_text("utf-8"))]
    for page in PAGES:
        embedded_site.run_command("gallery", "install", page.stem.replace("-", "_"))
        requests = REQUEST.findall(page.read_text("utf-8"))
        assert requests, f"{page.name}: a request stands in a block marked sh"
        script += [request.replace("curl ", "curl --fail-with-body ", 1) for request in requests]
    done = subprocess.run(
        ["bash", "-c", "\n".join(script)],
        env={**os.environ, "URL": embedded_site.url},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
