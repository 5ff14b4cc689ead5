"""Large values of variables stand in files; everybody who reads them gets the values."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from engine.models import Incident, Instance, Step, WorkItem
from engine.models.large import ValueLostError
from engine.models.large import _read as read_file
from engine.service import instances, items, jobs, work
from engine.service.replay import rebuild_at
from tests.runtime.conftest import Deploy
from tests.runtime.diagrams import call, catch, service, simple, user

pytestmark = pytest.mark.django_db(transaction=True)

LARGE = {"lines": ["ä" * 100] * 20}
INPUT = '<zeebe:ioMapping><zeebe:input source="=report" target="own"/></zeebe:ioMapping>'


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.LARGE_VALUE = 1000
    settings.VALUES_DIR = tmp_path / "values"
    read_file.cache_clear()
    return tmp_path / "values"


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def longest_rows() -> int:
    """Of everything that is stored of instances, tokens and steps, as the database has it."""
    with connection.cursor() as cursor:
        found = []
        for table, column in (("instance", "variables"), ("token", "variables"), ("step", "log")):
            cursor.execute(f"SELECT max(length({column})) FROM engine_{table}")
            found.append(cursor.fetchone()[0] or 0)
    return max(found)


def test_a_large_value_is_in_one_file_and_in_no_row(deployed: Deploy, folder: Path) -> None:
    deployed(simple("approval", ("check", user("check"))))
    one = instances.start("approval", None, variables={"report": LARGE, "sum": 1})
    assert len(files(folder)) == 1
    assert longest_rows() < 1000
    row = Instance.objects.get(pk=one)
    assert row.variables == {"report": LARGE, "sum": 1}
    items.complete(WorkItem.objects.get().pk, None, {"copy": LARGE})
    row.refresh_from_db()
    assert row.variables == {"report": LARGE, "sum": 1, "copy": LARGE}
    assert len(files(folder)) == 1
    assert longest_rows() < 1000


def test_jobs_calls_and_the_past_have_the_value(deployed: Deploy) -> None:
    deployed(
        simple("outer", ("pay", service("pay", "charge", more=INPUT)), ("call", call("call", "inner"))),
        simple("inner", ("check", user("check"))),
    )
    one = instances.start("outer", None, variables={"report": LARGE})
    first = Instance.objects.get().sequence
    (job,) = jobs.lease(["charge"], "me", seconds=60)
    assert (job.variables["report"], job.inputs) == (LARGE, {"own": LARGE})
    jobs.complete(job.id, "me", {"report": "small now"})
    assert Instance.objects.exclude(pk=one).get().variables == {"report": "small now"}
    assert rebuild_at(None, one, first).variables[0] == {"report": LARGE}
    assert any(entry[0] == "set" and entry[2].get("report") == LARGE for entry in Step.objects.all()[0].log)


@pytest.mark.parametrize(
    "variables", [{"a": {"": {"a": "b" * 64}}}, {"a": {"": "x"}, "b": [{"": {}}]}, {"text": '{"":{"a":"b"}}'}]
)
def test_nobody_can_write_a_reference(deployed: Deploy, variables: dict[str, Any]) -> None:
    deployed(simple("approval", ("check", user("check"))))
    one = instances.start("approval", None, variables=variables)
    assert Instance.objects.get(pk=one).variables == variables


def test_what_needs_a_file_that_is_lost_waits_until_it_is_there_again(deployed: Deploy, folder: Path) -> None:
    deployed(simple("pause", ("wait", catch("wait", "duration", "PT0S"))))
    one = instances.start("pause", None, variables={"report": LARGE})
    (file,) = files(folder)
    content = file.read_bytes()
    file.unlink()
    read_file.cache_clear()
    with pytest.raises(ValueLostError, match="VALUES_DIR"):
        Instance.objects.get(pk=one)
    assert work.fire_timers() == 0
    file.write_bytes(content[:-1])
    with pytest.raises(ValueLostError, match="not what was written"):
        Instance.objects.get(pk=one)
    file.write_bytes(content)
    assert work.fire_timers() == 1
    assert Instance.objects.get(pk=one).status == Instance.Status.COMPLETED
    assert not Incident.objects.exists()
