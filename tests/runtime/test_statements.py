"""How many statements a unit of work takes, whatever its size; on SQLite one for each table that changes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from engine.models import Timer, WorkItem
from engine.service import instances, items, remembered, work
from engine.service.instances import Start
from engine.service.items import Completion
from engine.store import open_store
from tests.runtime.conftest import Deploy
from tests.runtime.diagrams import catch, simple, user

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def recorded() -> Iterator[list[str]]:
    """The statements of the engine and of Django within the block."""
    statements: list[str] = []

    def record(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        # Who wants to hear of events is read every few seconds, by whichever unit comes then.
        if not sql.startswith("BEGIN") and "engine_webhook" not in sql:
            statements.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(record):
        yield statements


def changes(statements: list[str]) -> list[str]:
    """Those that write rows; ids are reserved in blocks. SQLite asks by itself whether the version is still the latest,
    PostgreSQL within the statement that writes."""
    kept = [one for one in statements if not one.startswith(("SELECT count(*) FROM json_each", "SELECT nextval"))]
    return [one for one in kept if "engine_counter" not in one]


@pytest.fixture
def warm(deployed: Deploy) -> None:
    """A deployed process whose machine is in the cache and whose candidates are known."""
    deployed(simple("approval", ("check", user("check", group="managers"))))
    instances.start("approval", None)


SIZES = [1, 2, 50]


@pytest.mark.parametrize("size", SIZES)
def test_starting_is_one_statement_on_postgresql_and_one_for_each_table_on_sqlite(warm: None, size: int) -> None:
    with recorded() as statements:
        instances.start_many("approval", None, [Start({}) for _ in range(size)])
    heads = [one.split("(")[0].split(" AS ")[0].strip() for one in changes(statements)]
    if connection.vendor == "postgresql":
        assert len(heads) == 1
    else:
        tables = ("engine_instance", "engine_token", "engine_step", "engine_workitem")
        assert [head.split()[-1] for head in heads if head.startswith("INSERT")] == list(tables)
        assert len(heads) == len(tables)


@pytest.mark.parametrize("size", SIZES)
def test_completing_is_a_read_and_a_write_on_postgresql_whatever_the_batch(warm: None, size: int) -> None:
    instances.start_many("approval", None, [Start({}) for _ in range(size)])
    keys = list(WorkItem.objects.order_by("-id").values_list("id", flat=True)[:size])
    remembered.forget_all()  # as in another process
    with recorded() as statements:
        answers = items.complete_many([Completion(key, {"ok": True}) for key in keys], None)
    assert all(isinstance(answer, int) for answer in answers)
    reads = [one for one in statements if one.startswith("SELECT")]
    writes = [one for one in statements if not one.startswith("SELECT")]
    if connection.vendor == "postgresql":
        assert (len(reads), len(writes)) == (1 if size == 1 else 2, 1)
    else:
        # items, instances, tokens, waits; instance, item, token, step, and for more than one the revisions
        assert len(reads) == (4 if size == 1 else 5)
        assert len(writes) == 4


@pytest.mark.parametrize("size", SIZES)
def test_completing_what_this_process_has_started_is_the_write_alone(warm: None, size: int) -> None:
    instances.start_many("approval", None, [Start({}) for _ in range(size)])
    keys = list(WorkItem.objects.order_by("-id").values_list("id", flat=True)[:size])
    with recorded() as statements:
        answers = items.complete_many([Completion(key, {"ok": True}) for key in keys], None)
    assert all(isinstance(answer, int) for answer in answers)
    assert len(statements) == (1 if connection.vendor == "postgresql" else 4 + (size > 1))


@pytest.mark.parametrize("size", SIZES)
def test_due_timers_are_a_claim_a_read_and_a_write(deployed: Deploy, size: int) -> None:
    deployed(simple("pause", ("wait", catch("wait", "duration", "PT0S"))))
    instances.start_many("pause", None, [Start({}) for _ in range(size)])
    with recorded() as statements:
        assert work.fire_timers() == size
    assert not Timer.objects.exists()
    if connection.vendor == "postgresql":
        assert len(statements) == 3


def test_a_claim_is_one_statement_for_any_number_of_jobs(deployed: Deploy) -> None:
    from datetime import UTC, datetime, timedelta

    from tests.runtime.diagrams import service

    deployed(simple("pays", ("pay", service("pay", "charge"))))
    instances.start_many("pays", None, [Start({}) for _ in range(120)])
    now = datetime.now(UTC)
    store = open_store()
    with store.unit(), recorded() as statements:
        leased = store.lease_jobs(["charge"], "me", now + timedelta(minutes=1), now, 100)
    # SQLite asks for the steps that have jobs, and then for the keys of each.
    assert (len(leased), len(statements)) == (100, 1 if connection.vendor == "postgresql" else 3)
