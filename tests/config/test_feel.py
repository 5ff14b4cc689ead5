"""`manage.py feel` and the settings that bound expressions."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from engine.core.feel import Budget
from engine.service.expressions import expression_budget
from tests.infrastructure.processes import ROOT


def feel(*arguments: str) -> str:
    out = StringIO()
    call_command("feel", *arguments, stdout=out)
    return out.getvalue()


def test_it_prints_value_and_type() -> None:
    text = feel('amount > 1000 and region = "EU"', "--vars", '{"amount": 1500, "region": "EU"}')
    assert text == "value  true\ntype   boolean\n"


def test_it_points_at_what_makes_the_value_null() -> None:
    lines = feel("amount > missing", "--vars", '{"amount": 1}').splitlines()
    assert lines[:2] == ["value  null", "type   null"]
    assert lines[4:6] == ["  amount > missing", "           ^^^^^^^"]


def test_it_points_into_the_line_of_a_longer_text() -> None:
    lines = feel("if true\nthen substring(1, 1)\nelse 2").splitlines()
    assert lines[4:6] == ["  then substring(1, 1)", "       ^^^^^^^^^^^^^^^"]


def test_it_shows_the_part_of_a_long_line_that_is_meant() -> None:
    lines = feel("1 + " * 100 + "missing").splitlines()
    assert lines[4].endswith("missing")
    assert len(lines[4]) <= 102
    start = lines[5].index("^")
    assert lines[4][start : start + 7] == "missing"


def test_a_text_that_is_no_expression_ends_with_code_one(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        call_command("feel", "1 +")
    assert caught.value.code == 1
    shown = capsys.readouterr().out
    assert "error:" in shown
    assert "value" not in shown.splitlines()[0]


def test_unary_tests_and_the_older_language() -> None:
    assert feel("[1..3], > 7", "--unary", "--input", "8").startswith("value  true")
    assert feel("${a == 1}", "--language", "juel", "--vars", '{"a": 1}').startswith("value  true")


def test_the_answer_as_json_is_that_of_the_api() -> None:
    assert json.loads(feel("1 + 1", "--json")) == {"value": 2, "type": "number", "diagnostics": [], "warnings": []}


@pytest.mark.parametrize("arguments", [["--vars", "[1]"], ["--vars", "{"], ["--unary", "--input", "x"]])
def test_what_is_no_json_is_said_and_not_guessed(arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        feel("1", *arguments)


def test_budgets_are_by_default_those_of_the_language() -> None:
    assert expression_budget() == Budget()
    assert set(settings.FEEL_BUDGET) == set(Budget._fields)


@pytest.mark.parametrize("field", Budget._fields)
def test_every_budget_is_read_from_the_environment(field: str) -> None:
    code = "import json; from config import settings; print(json.dumps(settings.FEEL_BUDGET))"
    environment = {**os.environ, f"FEEL_{field.upper()}": "77"}
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    assert json.loads(result.stdout) == Budget()._replace(**{field: 77})._asdict()


def test_a_budget_that_is_no_number_is_said_at_the_start() -> None:
    environment = {**os.environ, "FEEL_STEPS": "many"}
    result = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=environment, check=False, capture_output=True, text=True
    )
    assert result.returncode != 0
    assert "FEEL_STEPS='many' is not understood: write a whole number." in result.stderr + result.stdout
