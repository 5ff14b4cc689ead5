"""The page of problems says what the two tables of codes say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.core.compile.problem_page import write_page
from engine.core.model.codes import CODES, DEPLOYMENT_CODES
from engine.core.model.decision_codes import DECISION_CODES

ROOT = Path(__file__).resolve().parents[3]


def test_the_page_is_in_step_with_the_table() -> None:
    message = "run: python -m engine.core.compile.problem_page > docs/problems.md"
    assert (ROOT / "docs" / "problems.md").read_text(encoding="utf-8") == write_page(), message


@pytest.mark.parametrize("code", sorted({*CODES, *DECISION_CODES, *DEPLOYMENT_CODES}))
def test_every_code_is_on_it(code: str) -> None:
    assert f"| `{code}` |" in write_page()


@pytest.mark.parametrize(
    ("code", "entry"), sorted([*CODES.items(), *DECISION_CODES.items(), *DEPLOYMENT_CODES.items()])
)
def test_a_code_is_kebab_case_and_its_sentence_whole(code: str, entry: tuple[str, str]) -> None:
    severity, text = entry
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
    assert severity in {"error", "warning"}
    assert text[0].isupper()
    assert text.endswith(".")
    assert "|" not in text
