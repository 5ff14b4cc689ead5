"""The page of all problems: `python -m engine.core.compile.problem_page > docs/problems.md` writes it."""

from __future__ import annotations

from engine.core.model.codes import CODES

_HEAD = """# Problems of a diagram

Every problem has a stable code, the id and the line of its element, and one sentence of what to do. An **error**
refuses the deployment, a **warning** does not. `engine.core.compile.check.check_diagram` finds them, in the
designer, at deployment and in `engine.core.simulate` alike.

This page is generated from `engine/core/model/codes.py` by `python -m engine.core.compile.problem_page`.

| code | severity | what it means, what to do |
|---|---|---|
"""


def write_page() -> str:
    """The page as Markdown."""
    rows = (f"| `{code}` | {severity} | {text} |\n" for code, (severity, text) in sorted(CODES.items()))
    return _HEAD + "".join(rows)


if __name__ == "__main__":
    print(write_page(), end="")  # noqa: T201
