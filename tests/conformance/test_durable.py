"""Every scenario on the durable service: deployed into tables, moved by its functions, read from its rows.

Runs on the database of the test run, so on SQLite and on PostgreSQL; what happened must be the same as in memory.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from engine.models import Deployment
from tests.conformance.durable import Clock, deploy_texts, durable, register
from tests.conformance.language import NOW
from tests.conformance.test_conformance import (
    CASES,
    Case,
    Trace,
    make_handlers,
    play_with,
    read_texts,
    straight_traces,
)


@pytest.fixture(scope="module")
def deployment(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Deployment]:
    """A file is deployed once; each of its scenarios takes back what it has done beyond that."""
    around = transaction.atomic()
    around._from_testcase = True  # type: ignore[attr-defined]  # as Django marks its own
    with django_db_blocker.unblock(), around:
        with durable():
            Clock.moment = NOW
            register(make_handlers(request.param))
            made = deploy_texts(*read_texts(request.param))
        yield made
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("deployment", "case"),
    [(case[0], case) for case in CASES],
    ids=lambda value: f"{value[0]}: {value[1]}" if isinstance(value, tuple) else "",
    indirect=["deployment"],
)
def test_scenario_in_the_database(deployment: Deployment, case: Case) -> None:
    with durable(deployment) as make:
        stored = play_with(case, make)
    assert list(map(what_happened, stored)) == list(map(what_happened, straight_traces(case)))


def what_happened(run: Trace) -> tuple[str, str, list[object]]:
    """Without the numbers of the history entries: workers write of their attempts in between."""
    process, status, trace = run
    return process, status, [entry[1:] for entry in trace]
