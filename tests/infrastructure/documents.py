"""What the documents promise, read so that tests can hold them to it."""

import re

from tests.infrastructure.processes import ROOT


def read_production_example() -> dict[str, str]:
    """The environment of the production example: the first block marked `env` of docs/operations.md."""
    text = (ROOT / "docs" / "operations.md").read_text()
    block = re.search(r"^```env\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert block, "docs/operations.md has no block marked env"
    lines = (line for line in block[1].splitlines() if "=" in line and not line.startswith("#"))
    return {name: value for name, _, value in (line.partition("=") for line in lines)}
