"""How often jobs of a type may begin, over all workers together."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from engine.models import Allowance, Job
from engine.service import allowances, instances, jobs, versions
from engine.service.allowances import Rate
from engine.store.writing import write_transaction
from tests.runtime.conftest import Deploy
from tests.runtime.diagrams import service, simple

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    allowances.forget_all()
    versions.forget_all()
    yield
    allowances.forget_all()
    versions.forget_all()


@pytest.fixture
def pays(deployed: Deploy) -> None:
    deployed(simple("pays", ("pay", service("pay", "charge"))), simple("mails", ("mail", service("mail", "mail"))))


def test_no_more_begin_than_the_rate_allows_whoever_asks(pays: None, settings: Settings) -> None:
    settings.JOB_RATES = {"charge": "3/h"}
    instances.start_many("pays", None, [instances.Start({})] * 10)
    assert len(jobs.lease(["charge"], "one", seconds=60, limit=2)) == 2
    assert len(jobs.lease(["charge"], "two", seconds=60, limit=10)) == 1
    assert jobs.lease(["charge"], "one", seconds=60) == []
    assert set(Job.objects.filter(owner=None).values_list("attempts", flat=True)) == {0}
    Allowance.objects.update(next_at=datetime.now(UTC) + timedelta(minutes=39))
    assert len(jobs.lease(["charge"], "one", seconds=60)) == 1


def test_other_types_are_not_held_up(pays: None, settings: Settings) -> None:
    settings.JOB_RATES = {"charge": "1/h"}
    for process in ("pays", "mails"):
        instances.start_many(process, None, [instances.Start({})] * 5)
    leased = jobs.lease(["charge", "mail"], "one", seconds=60, limit=10)
    assert sorted(job.type for job in leased) == ["charge", *["mail"] * 5]


def test_what_finds_no_job_spends_nothing(pays: None, settings: Settings) -> None:
    settings.JOB_RATES = {"charge": "1/h"}
    for _ in range(3):
        assert jobs.lease(["charge"], "one", seconds=60) == []
    instances.start("pays", None)
    assert len(jobs.lease(["charge"], "one", seconds=60)) == 1


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0, 10), (-3600, 10), (3, 5), (5.9, 0), (6, 0), (60, 0)]
)  # fmt: skip
def test_the_allowance_fills_up_again_and_no_further_than_the_rate(seconds: float, expected: int) -> None:
    """`seconds` is how far ahead of now the next one would be."""
    Allowance.objects.create(type="charge", next_at=NOW + timedelta(seconds=seconds))
    with write_transaction():
        assert allowances.count_allowed("charge", Rate(10, 6.0), NOW) == expected


def test_the_setting_goes_before_what_the_handler_says(settings: Settings) -> None:
    allowances.declare("charge", "5/s")
    assert allowances.rates_of(["charge", "mail"]) == {"charge": Rate(5, 1.0)}
    settings.JOB_RATES = {"charge": "7/m"}
    assert allowances.rates_of(["charge"]) == {"charge": Rate(7, 60.0)}


@pytest.mark.parametrize("text", ["", "5", "5/d", "0/s", "-1/s", "1.5/s", "a/s"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no rate"):
        allowances.declare("charge", text)
