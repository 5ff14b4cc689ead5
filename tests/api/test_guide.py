"""The examples of docs/api.md do what they say, in their order, on a live server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.infrastructure.processes import ROOT
from tests.infrastructure.sites import Site

BLOCK = re.compile(r"^```(sh|python|js)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
WAYS = {"python": (f"{sys.executable} - <<'EOF'", "EOF"), "js": ("node --input-type=module - <<'EOF'", "EOF")}


def make_script() -> str:
    """One shell for all of them: what one sets, the next ones have."""
    parts = ["set -euo pipefail"]
    for language, text in BLOCK.findall((ROOT / "docs" / "api.md").read_text()):
        before, after = WAYS.get(language, ("", ""))
        parts.append(f"{before}\n{text}{after}".strip())
    return "\n".join(parts)


def test_the_examples_of_the_guide_work(embedded_site: Site, tmp_path: Path) -> None:
    environment = {**os.environ, "URL": embedded_site.url, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["bash", "-c", make_script()],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


def test_the_guide_has_examples_in_three_languages() -> None:
    languages = [language for language, _ in BLOCK.findall((ROOT / "docs" / "api.md").read_text())]
    assert set(languages) == {"sh", "python", "js"}
