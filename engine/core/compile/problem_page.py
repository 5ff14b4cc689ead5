"""The page of all problems: `python -m engine.core.compile.problem_page > docs/problems.md` writes it."""

from __future__ import annotations

from collections.abc import Mapping

from engine.core.model.codes import CODES, DEPLOYMENT_CODES
from engine.core.model.decision_codes import DECISION_CODES

_HEAD = """# Problems of files

Every problem has a stable code, the id and the line of its element, and one sentence of what to do. An **error**
refuses the deployment, a **warning** does not. `engine.core.compile.check.check_diagram` finds those of diagrams, in
the designer, at deployment and in `engine.core.simulate` alike; `engine.core.parse.dmn.read_decisions` and
`engine.core.dmn.compile_decisions` find those of decisions. The codes that begin with `xml-` are of both.

This page is generated from `engine/core/model/codes.py` and `engine/core/model/decision_codes.py` by
`python -m engine.core.compile.problem_page`.
"""
_TABLE = "| code | severity | what it means, what to do |\n|---|---|---|\n"


def write_page() -> str:
    """The page as Markdown."""
    tables = {"Diagrams": CODES, "Decisions": DECISION_CODES, "Deployments": DEPLOYMENT_CODES}
    return _HEAD + "".join(f"\n## {title}\n\n{_write_rows(codes)}" for title, codes in tables.items())


def _write_rows(codes: Mapping[str, tuple[str, str]]) -> str:
    return _TABLE + "".join(f"| `{code}` | {severity} | {text} |\n" for code, (severity, text) in sorted(codes.items()))


if __name__ == "__main__":
    print(write_page(), end="")  # noqa: T201  this is the output
