"""One writer at a time on SQLite, real transactions on both databases."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import Group
from django.db import connection, transaction

from engine.service.rights import ROLES
from engine.store.writing import after_commit, is_writing, process_lock, write_transaction

SECONDS = 10


def names() -> list[str]:
    """Of the groups that a test has made; those of the roles are there already."""
    return sorted(Group.objects.exclude(name__in=ROLES).values_list("name", flat=True))


def write_and_fail(name: str) -> None:
    with write_transaction():
        Group.objects.create(name=name)
        raise ZeroDivisionError


@pytest.mark.django_db(transaction=True)
def test_block_commits_at_its_end() -> None:
    with write_transaction():
        Group.objects.create(name="written")
        assert connection.in_atomic_block
    assert not connection.in_atomic_block
    assert names() == ["written"]


@pytest.mark.django_db(transaction=True)
def test_error_rolls_everything_back_and_frees_the_lock() -> None:
    with pytest.raises(ZeroDivisionError):
        write_and_fail("lost")
    assert not is_writing()
    with write_transaction():
        Group.objects.create(name="kept")
    assert names() == ["kept"]


@pytest.mark.django_db(transaction=True)
def test_nested_block_is_a_savepoint() -> None:
    with write_transaction():
        Group.objects.create(name="outer")
        with pytest.raises(ZeroDivisionError):
            write_and_fail("inner")
        assert is_writing()
    assert names() == ["outer"]


@pytest.mark.django_db(transaction=True)
def test_block_inside_a_foreign_transaction_is_refused() -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="inside atomic"), write_transaction():
        pytest.fail("the block was entered")
    assert not is_writing()


@pytest.mark.django_db
def test_block_inside_the_transaction_of_a_test_case_is_allowed() -> None:
    with write_transaction():
        Group.objects.create(name="written")
    assert names() == ["written"]


@pytest.mark.django_db(transaction=True)
def test_calls_after_the_commit_come_in_order_and_outside_the_lock() -> None:
    seen: list[str] = []

    def note(name: str) -> None:
        free = process_lock.acquire(blocking=False)
        if free:
            process_lock.release()
        seen.append(f"{name}: lock {'free' if free else 'held'}, in transaction {connection.in_atomic_block}")

    with write_transaction():
        after_commit(lambda: note("first"))
        with write_transaction():
            after_commit(lambda: note("second"))
        assert seen == []
    assert seen == [f"{name}: lock free, in transaction False" for name in ("first", "second")]


@pytest.mark.django_db(transaction=True)
def test_call_of_a_block_that_failed_is_not_made() -> None:
    seen: list[str] = []

    def ask_and_fail(name: str) -> None:
        with write_transaction():
            after_commit(lambda: seen.append(name))
            raise ZeroDivisionError

    with write_transaction():
        after_commit(lambda: seen.append("outer"))
        with pytest.raises(ZeroDivisionError):
            ask_and_fail("inner")
    with pytest.raises(ZeroDivisionError):
        ask_and_fail("alone")
    assert seen == ["outer"]


@pytest.mark.django_db(transaction=True)
def test_call_that_fails_undoes_nothing_and_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    seen: list[str] = []
    with write_transaction():
        Group.objects.create(name="written")
        after_commit(lambda: 1 // 0)
        after_commit(lambda: seen.append("other"))
    assert names() == ["written"]
    assert seen == ["other"]
    assert "ZeroDivisionError" in caplog.text


def test_call_after_a_commit_that_nobody_makes_is_refused() -> None:
    with pytest.raises(RuntimeError, match="inside write_transaction"):
        after_commit(lambda: None)


@pytest.mark.django_db(transaction=True)
def test_threads_write_one_after_the_other_without_an_error() -> None:
    def write(number: int) -> None:
        try:
            for turn in range(5):
                with write_transaction():
                    count = len(names())
                    Group.objects.create(name=f"{number}-{turn}-{count}")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8), timeout=60))
    assert len(names()) == 40
    if connection.vendor == "sqlite":
        # Each writer saw what the one before had written: none ran beside another.
        assert sorted(int(name.rsplit("-", 1)[1]) for name in names()) == list(range(40))


@pytest.mark.django_db(transaction=True)
def test_lock_of_the_process_is_held_exactly_where_the_database_has_one_writer() -> None:
    with write_transaction():
        assert process_lock.locked() is (connection.vendor == "sqlite")
        with write_transaction():
            assert process_lock.locked() is (connection.vendor == "sqlite")
    assert not process_lock.locked()


@pytest.mark.django_db(transaction=True)
def test_writer_that_waits_starts_when_the_other_has_committed() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite has one writer at a time")
    entered = threading.Event()
    found: list[list[str]] = []

    def write_second() -> None:
        try:
            entered.set()
            with write_transaction():
                found.append(names())
        finally:
            connection.close()

    with write_transaction():
        second = threading.Thread(target=write_second)
        second.start()
        assert entered.wait(SECONDS)
        Group.objects.create(name="first")
    second.join(SECONDS)
    assert found == [["first"]]
