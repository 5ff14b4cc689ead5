"""Connections to SQLite are kept for the next thread, but never those that could lie to it."""

import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from config.sqlite import base

pytestmark = pytest.mark.django_db


@pytest.fixture
def wrapper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> base.DatabaseWrapper:
    monkeypatch.setattr(base, "_kept", {})
    settings: dict[str, Any] = {**connections.settings["default"], "NAME": str(tmp_path / "own.sqlite3")}
    settings["ENGINE"] = "config.sqlite"
    settings |= {"OPTIONS": {}, "CONN_MAX_AGE": 0}
    return base.DatabaseWrapper(settings)


def connect(wrapper: base.DatabaseWrapper) -> sqlite3.Connection:
    wrapper.ensure_connection()
    assert wrapper.connection is not None
    return wrapper.connection


def test_a_connection_is_used_again_after_it_is_closed(wrapper: base.DatabaseWrapper) -> None:
    first = connect(wrapper)
    wrapper.close()
    assert connect(wrapper) is first


def test_two_at_once_have_two_connections(wrapper: base.DatabaseWrapper) -> None:
    first = connect(wrapper)
    other = base.DatabaseWrapper(wrapper.settings_dict)
    assert connect(other) is not first


def test_a_connection_in_a_transaction_is_not_kept(wrapper: base.DatabaseWrapper) -> None:
    first = connect(wrapper)
    first.execute("BEGIN")
    wrapper.close()
    with pytest.raises(sqlite3.ProgrammingError):
        first.execute("SELECT 1")
    assert connect(wrapper) is not first


def test_a_file_that_was_replaced_gets_a_new_connection(wrapper: base.DatabaseWrapper, tmp_path: Path) -> None:
    first = connect(wrapper)
    first.execute("CREATE TABLE before (id)")
    wrapper.close()
    Path(wrapper.settings_dict["NAME"]).rename(tmp_path / "aside")
    assert connect(wrapper).execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)


@pytest.fixture
def keeping(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a thread that runs requests."""
    monkeypatch.setattr(base, "_thread", threading.local())
    base.keep_connection()


@pytest.mark.usefixtures("keeping")
def test_a_thread_of_requests_keeps_its_connection(wrapper: base.DatabaseWrapper) -> None:
    first = connect(wrapper)
    wrapper.close_if_unusable_or_obsolete()
    assert wrapper.connection is first


def test_another_thread_leaves_its_connection_to_the_next_one(wrapper: base.DatabaseWrapper) -> None:
    connect(wrapper)
    wrapper.close_if_unusable_or_obsolete()
    assert wrapper.connection is None
    assert sum(map(len, base._kept.values())) == 1


@pytest.mark.usefixtures("keeping")
def test_a_connection_to_a_file_that_was_replaced_is_let_go(
    wrapper: base.DatabaseWrapper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "LOOK_SECONDS", 0)
    connect(wrapper)
    Path(wrapper.settings_dict["NAME"]).rename(tmp_path / "aside")
    wrapper.close_if_unusable_or_obsolete()
    assert wrapper.connection is None


def test_no_more_are_kept_than_allowed(wrapper: base.DatabaseWrapper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "MOST_KEPT", 1)
    others = [base.DatabaseWrapper(wrapper.settings_dict) for _ in range(3)]
    for other in others:
        connect(other)
    for other in others:
        other.close()
    assert sum(map(len, base._kept.values())) == 1
