"""The page of all functions says what the table of functions says."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.core.feel import FUNCTIONS, compile_expression, register_external
from engine.core.feel.external import EXTERNAL_FUNCTIONS
from engine.core.feel.reference_page import write_page

ROOT = Path(__file__).resolve().parents[3]


def test_the_page_is_in_step_with_the_table() -> None:
    message = "run: python -m engine.core.feel.reference_page > docs/feel-reference.md"
    assert (ROOT / "docs" / "feel-reference.md").read_text(encoding="utf-8") == write_page(), message


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_on_it_with_every_form(name: str) -> None:
    page = write_page().replace("\\|", "|")
    assert [form for form in FUNCTIONS[name].signatures if f"`{form}`" not in page] == []
    assert f"`{FUNCTIONS[name].example}`" in page


def test_its_example_of_an_external_function_works() -> None:
    page = write_page()
    text = page.partition("```text\n")[2].partition("```")[0]
    before = dict(EXTERNAL_FUNCTIONS)
    assert compile_expression(text).evaluate({}).diagnostics[0].code == "external-function"
    register_external("com.example.Loans", "rate(java.lang.String, int)", lambda region, years: 3 if years < 10 else 4)
    try:
        assert compile_expression(text).evaluate({}).value == 4
    finally:
        EXTERNAL_FUNCTIONS.clear()
        EXTERNAL_FUNCTIONS.update(before)
