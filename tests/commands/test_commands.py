"""`manage.py deploy` and `manage.py export`."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from engine.models import Deployment, ProcessVersion
from tests.core.parse.texts import process
from tests.service.diagrams import PLAIN

pytestmark = pytest.mark.django_db
BAD = process(
    '<startEvent id="start"/>\n<wormhole id="strange"/>\n<sequenceFlow id="f" sourceRef="start" targetRef="x"/>'
)


def deploy(*paths: Path, **options: object) -> tuple[str, str]:
    out, problems = io.StringIO(), io.StringIO()
    try:
        call_command("deploy", *map(str, paths), stdout=out, stderr=problems, **options)
    except CommandError as error:
        problems.write(str(error))
    return out.getvalue(), problems.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "plain.bpmn"
    path.write_text(PLAIN)
    return path


def test_deploy_says_what_was_stored(file: Path) -> None:
    out, problems = deploy(file, name="first", note="to try")
    assert (out.split(), problems) == (["process", "p", "version", "1"], "")
    deployment = Deployment.objects.get()
    assert (deployment.name, deployment.note) == ("first", "to try")


def test_deploy_lists_every_problem_with_its_line_and_stores_nothing(file: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.bpmn"
    bad.write_text(BAD)
    _, problems = deploy(file, bad)
    assert "error: line 2, strange: bad.bpmn: " in problems
    assert "error: line 3, f: bad.bpmn: " in problems
    assert problems.endswith("Nothing was deployed.")
    assert not Deployment.objects.exists()


def test_check_stores_nothing(file: Path) -> None:
    assert deploy(file, check=True)[0] == "The files can be deployed.\n"
    assert not Deployment.objects.exists()


def test_a_file_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    _, problems = deploy(tmp_path / "none.bpmn")
    assert problems.endswith("none.bpmn cannot be read: no such file or directory.")


def test_export_gives_the_file_back_byte_for_byte(file: Path, tmp_path: Path) -> None:
    deploy(file)
    file.write_text(PLAIN.replace("Review", "Look"))
    deploy(file)
    copy = tmp_path / "copy.bpmn"
    call_command("export", "p", "--version-number", "1", "--output", str(copy))
    assert copy.read_bytes() == PLAIN.encode()
    assert ProcessVersion.objects.count() == 2


def test_export_of_what_is_not_deployed_says_so(file: Path) -> None:
    with pytest.raises(CommandError, match="No process “p” is deployed"):
        call_command("export", "p")
    deploy(file)
    with pytest.raises(CommandError, match="in version 7"):
        call_command("export", "p", "--version-number", "7")


@pytest.mark.parametrize("command", ["deploy", "export", "feel", "demo", "gallery", "serve"])
def test_each_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command(command, "--help")
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert "usage:" in shown
    assert shown.count("\n") > 10


def test_the_page_of_commands_is_in_step_with_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    call_command("commands")
    page = Path(__file__).parents[2] / "docs" / "commands.md"
    assert page.read_text("utf-8") == capsys.readouterr().out, "run: manage.py commands > docs/commands.md"


def test_an_exported_file_goes_to_standard_output(file: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    deploy(file)
    call_command("export", "p")
    assert capfdbinary.readouterr().out == PLAIN.encode()
