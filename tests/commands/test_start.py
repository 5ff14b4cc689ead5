"""`manage.py start`: one instance, or one for each line of a file."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from engine.models import Instance
from engine.service import versions
from tests.service.diagrams import PLAIN, deploy, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plain(db: None) -> None:
    versions.forget_all()
    deploy(PLAIN)


def run(*arguments: str) -> tuple[list[str], str]:
    out, err = StringIO(), StringIO()
    try:
        call_command("start", *arguments, stdout=out, stderr=err)
    except CommandError as error:
        err.write(str(error))
    return out.getvalue().split(), err.getvalue()


def test_it_starts_one_in_somebodys_name() -> None:
    make_person("clerk", "participants")
    ((started,), _) = run("p", "--variables", '{"amount": 5}', "--business-key", "A", "--user", "clerk")
    row = Instance.objects.get(pk=started)
    assert (row.business_key, row.started_by, row.variables["amount"]) == ("A", "clerk", 5)
    assert "no such process" in run("nowhere")[1]


def test_it_starts_one_for_each_line_and_lists_those_that_cannot(tmp_path: Path) -> None:
    file = tmp_path / "starts"
    lines = [{"business_key": "A"}, {"variables": {"": 1}}, {"variables": {"amount": 9}, "idempotency_key": "b"}]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    options = ("p", "--file", str(file), "--variables", '{"amount": 5}', "--idempotency-key", "import")
    started, said = run(*options)
    assert [Instance.objects.get(pk=one).variables["amount"] for one in started] == [5, 9]
    assert "line 2:" in said
    assert "1 of 3 did not start" in said
    assert run(*options)[0] == started
    assert Instance.objects.count() == 2


@pytest.mark.parametrize("line", ["[]", "{", '{"buisness_key": "A"}', '{"variables": []}', '{"business_key": 5}'])
def test_a_line_that_is_none_starts_nothing_at_all(tmp_path: Path, line: str) -> None:
    file = tmp_path / "starts"
    file.write_text(f"{{}}\n{line}\n")
    assert "line 2: write a JSON object" in run("p", "--file", str(file))[1]
    assert not Instance.objects.exists()


def test_a_file_that_is_not_there_is_said() -> None:
    assert "cannot be read" in run("p", "--file", "/nowhere")[1]
