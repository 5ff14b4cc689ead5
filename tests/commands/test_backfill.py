"""`manage.py backfill`: counts, starts, and says what is wrong."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from engine.models import Backfill
from engine.service import versions
from engine.service.backfill_work import continue_backfills
from tests.service.diagrams import deploy, make_person
from tests.service.test_backfill import NIGHTLY

pytestmark = pytest.mark.django_db
RANGE = ("p", "--from", "2030-01-01", "--to", "2030-01-05")


@pytest.fixture(autouse=True)
def nightly(db: None) -> None:
    versions.forget_all()
    deploy(NIGHTLY)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("backfill", *arguments, stdout=out)
    return out.getvalue().strip()


def test_it_counts_first_and_starts_then() -> None:
    assert run(*RANGE, "--count") == "5 runs"
    assert not Backfill.objects.exists()
    assert run(*RANGE, "--limit", "2").endswith("5 runs, 2 at once.")
    continue_backfills()
    assert run("p", "--from", "2030-01-01", "--to", "2030-01-03", "--count") == "1 run; 2 have run already"


def test_it_acts_in_somebodys_name_with_their_rights() -> None:
    make_person("operator", "operators")
    make_person("clerk", "participants")
    run(*RANGE, "--user", "operator", "--variables", '{"shop": "Lisbon"}')
    assert Backfill.objects.get().actor == "operator"
    with pytest.raises(CommandError, match="may not see it"):
        run(*RANGE, "--user", "clerk", "--again")
    with pytest.raises(CommandError, match="no account “nobody”"):
        run(*RANGE, "--user", "nobody")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere", *RANGE[1:]), "no such process"),
        (("p", "--from", "soon", "--to", "2030-01-05"), "write it like 2030-01-31"),
        (("p", "--from", "2030-01-05", "--to", "2030-01-01"), "before the first one"),
        ((*RANGE, "--limit", "99"), "From 1 to 50"),
        ((*RANGE, "--variables", "[]"), "a JSON object"),
    ],
)
def test_what_is_wrong_is_said(arguments: tuple[str, ...], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        run(*arguments)
