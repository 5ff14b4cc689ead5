"""What only PostgreSQL needs: plans that outlive the moment they were made in, and connections that come and go."""

import gc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from engine.models import WorkItem
from engine.service import instances, items, remembered
from engine.service.errors import Conflict
from engine.service.instances import Start
from engine.service.items import Completion
from engine.store import open_store
from engine.store.dialects import postgresql_run
from tests.runtime.conftest import Deploy
from tests.runtime.diagrams import service, simple, user
from tests.runtime.test_remembered import known_of
from tests.store.rows import make_batch, make_event

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="PostgreSQL's own"),
]
TABLES = ("engine_instance", "engine_token", "engine_workitem", "engine_step")


def count_rows_read() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        read = "sum(seq_tup_read + coalesce(idx_tup_fetch, 0))"
        cursor.execute(f"SELECT {read} FROM pg_stat_user_tables WHERE relname = ANY(%s)", [list(TABLES)])
        return int(cursor.fetchone()[0])


@pytest.fixture
def uncounted(transactional_db: None) -> Iterator[None]:
    """Tables whose rows the server has never counted, and does not count meanwhile: whether it finds those of an open
    transaction, or none that other tests have left, would be chance."""
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
    yield
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} RESET (autovacuum_enabled)")


@pytest.mark.usefixtures("uncounted")
@pytest.mark.parametrize("is_known", [True, False])
def test_a_batch_finds_its_rows_by_keys_however_small_the_tables_were_when_it_was_planned(
    deployed: Deploy, is_known: bool
) -> None:
    deployed(simple("approval", ("check", user("check"))))
    started = instances.start_many("approval", None, [Start({})] * 100)
    count_rows_read()  # what the start has read is counted now, and not when the server notices that it is over
    connection.close()  # what is prepared is prepared anew
    if not is_known:
        remembered.forget_all()
    before = count_rows_read()
    keys = [int(one) << 24 | 1 for one in started[:3] if isinstance(one, int)]
    assert items.complete_many([Completion(key, {}) for key in keys], None) == started[:3]
    assert count_rows_read() - before < 100
    assert WorkItem.objects.filter(status=0).count() == 97


def test_what_is_planned_within_a_transaction_leaves_the_connection_as_it_was(deployed: Deploy) -> None:
    deployed(simple("approval", ("check", user("check"))))
    connection.close()
    store = open_store()
    one = instances.start("approval", None)

    def roll_back() -> None:
        with store.unit():
            store.load([one])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        roll_back()
    with store.unit():
        assert store.load([one], is_locked=True)[one].row.id == one
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_settings WHERE source = 'session' AND name LIKE 'enable%%'")
        assert cursor.fetchall() == []


def test_a_plan_is_made_anew_after_a_while(deployed: Deploy, monkeypatch: pytest.MonkeyPatch) -> None:
    deployed(simple("approval", ("check", user("check"))))
    for _ in range(2):
        instances.start("approval", None)
    prepared = postgresql_run.connected[connection.connection]
    before = dict(prepared.names)
    (write,) = [statement for statement in before if statement.startswith("WITH latest")]
    instances.start("approval", None)
    assert prepared.names == before
    monkeypatch.setattr(postgresql_run, "PLAN_SECONDS", -1.0)
    instances.start("approval", None)
    assert prepared.names[write].name != before[write].name
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_prepared_statements WHERE name LIKE 'statewright%%'")
        assert {name.encode() for (name,) in cursor.fetchall()} == {known.name for known in prepared.names.values()}


def test_what_has_moved_on_leaves_a_transaction_of_somebody_else_as_it_was(deployed: Deploy) -> None:
    deployed(simple("approval", ("check", user("check"))))
    one, two = (instances.start("approval", None) for _ in range(2))
    known = known_of(one)
    items.complete(one << 24 | 1, None)
    remembered._known[one] = known  # as in a process that has not heard of it
    with transaction.atomic():
        refused, done = items.complete_many([Completion(key << 24 | 1, {}) for key in (one, two)], None)
    assert isinstance(refused, Conflict)
    assert done == two
    assert not WorkItem.objects.filter(status=0).exists()


def test_no_more_is_leased_than_was_asked_for_by_plans_that_expect_nothing(deployed: Deploy) -> None:
    deployed(simple("pays", ("pay", service("pay", "charge"))))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE engine_outbox, engine_job")
    connection.close()
    store, now = open_store(), datetime.now(UTC) + timedelta(minutes=1)
    later = now + timedelta(minutes=1)

    def lease() -> tuple[int, int]:
        with store.unit():
            jobs, events = store.lease_jobs(["charge"], "me", later, now, 3), store.lease_outbox(1, later, now, 3)
        return len(jobs), len(events)

    assert lease() == (0, 0)
    instances.start_many("pays", None, [Start({})] * 50)
    with store.unit():
        store.write(make_batch(outbox=[make_event(instance=one, available_at=now) for one in range(1, 51)]))
    assert lease() == (3, 3)
    assert lease() == (3, 3)


def test_a_connection_that_was_closed_is_forgotten(deployed: Deploy) -> None:
    deployed(simple("approval", ("check", user("check"))))
    connection.close()
    gc.collect()
    before = len(postgresql_run.connected)
    for _ in range(3):
        instances.start("approval", None)
        connection.close()
    gc.collect()
    assert len(postgresql_run.connected) == before
