"""Every scenario on the durable service: deployed into tables, moved by its functions, read from its rows.

Runs on the database of the test run, so on SQLite and on PostgreSQL; what happened must be the same as in memory.
"""

from __future__ import annotations

import pytest

from tests.conformance.durable import durable
from tests.conformance.test_conformance import CASES, Case, Trace, play_with, straight_traces


@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0]}: {case[1]}")
def test_scenario_in_the_database(case: Case) -> None:
    with durable() as make:
        stored = play_with(case, make)
    assert list(map(what_happened, stored)) == list(map(what_happened, straight_traces(case)))


def what_happened(run: Trace) -> tuple[str, str, list[object]]:
    """Without the numbers of the history entries: workers write of their attempts in between."""
    process, status, trace = run
    return process, status, [entry[1:] for entry in trace]
