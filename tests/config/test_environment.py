"""The environment is understood, or refused with a line that says what to write."""

import stat
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.environment import (
    read_addresses,
    read_base_url,
    read_broker,
    read_channel_layers,
    read_database,
    read_flag,
    read_number,
    read_secret_key,
    read_words,
)


@pytest.mark.parametrize(
    ("text", "meant"), [("1", True), ("TRUE", True), ("on", True), ("0", False), ("No", False), ("", False)]
)
def test_flag_is_read_in_the_usual_spellings(monkeypatch: pytest.MonkeyPatch, text: str, meant: bool) -> None:
    monkeypatch.setenv("CHOICE", text)
    assert read_flag("CHOICE", not meant) is meant


def test_flag_that_is_not_set_takes_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHOICE", raising=False)
    assert read_flag("CHOICE", True) is True


def test_flag_in_other_words_is_refused_with_the_words_to_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHOICE", "maybe")
    with pytest.raises(ImproperlyConfigured, match="CHOICE='maybe' is not understood: write 1 or 0"):
        read_flag("CHOICE", False)


def test_what_is_no_address_of_mail_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALERT_MAIL", "night@example.org, ops")
    with pytest.raises(ImproperlyConfigured, match="ALERT_MAIL='ops' is not understood: write mail addresses like"):
        read_addresses("ALERT_MAIL")
    monkeypatch.setenv("ALERT_MAIL", "night@example.org, ops@example.org")
    assert read_addresses("ALERT_MAIL") == ["night@example.org", "ops@example.org"]


@pytest.mark.parametrize("text", ["-1", "1.5", "many", "²"])
def test_number_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("SIZE", text)
    with pytest.raises(ImproperlyConfigured, match="write a whole number"):
        read_number("SIZE", 1)


def test_words_are_split_at_commas_and_trimmed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOSTS", " a.example , b.example,, ")
    assert read_words("HOSTS", "") == ["a.example", "b.example"]


@pytest.mark.parametrize("text", ["flow.example.org", "ftp://flow.example.org", "https://flow.example.org/path"])
def test_base_url_needs_scheme_and_host_only(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("BASE_URL", text)
    with pytest.raises(ImproperlyConfigured, match="BASE_URL"):
        read_base_url("BASE_URL", "")


def test_sqlite_takes_its_write_lock_at_the_start_of_a_transaction() -> None:
    database = read_database("UNSET", "sqlite:////data/flow.sqlite3", pool_size=16)
    assert database["NAME"] == "/data/flow.sqlite3"
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]
    assert "pool" not in database["OPTIONS"]


def test_postgresql_shares_connections_where_a_pool_is_asked_for() -> None:
    url = "postgresql://flow:s%40fe@db.example:5433/flow?sslmode=require"
    with_pool = read_database("UNSET", url, pool_size=16)
    without_pool = read_database("UNSET", url, pool_size=0)
    assert (with_pool["HOST"], with_pool["PORT"], with_pool["PASSWORD"]) == ("db.example", 5433, "s@fe")
    assert with_pool["OPTIONS"]["pool"]["max_size"] == 16
    assert with_pool["OPTIONS"]["pool"]["reconnect_timeout"] < with_pool["OPTIONS"]["pool"]["timeout"]
    assert with_pool["OPTIONS"]["sslmode"] == "require"
    assert with_pool["CONN_MAX_AGE"] == 0
    assert "pool" not in without_pool["OPTIONS"]


@pytest.mark.parametrize(
    "url", ["mysql://flow:secret@db/flow", "postgresql://flow:secret@db:port/flow", "flow", "sqlite:"]
)
def test_unfit_database_url_is_refused_without_showing_its_password(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ImproperlyConfigured, match=r"DATABASE_URL=.* write sqlite:///") as refusal:
        read_database("DATABASE_URL", "", pool_size=0)
    assert "secret" not in str(refusal.value)


def test_broker_of_an_unknown_kind_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROKER_URL", "sqs://key:secret@")
    with pytest.raises(ImproperlyConfigured, match="BROKER_URL") as refusal:
        read_broker("BROKER_URL", "")
    assert "secret" not in str(refusal.value)


def test_channels_run_in_this_process_or_through_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_channel_layers("UNSET", "local://")["default"]["BACKEND"] == "engine.push.hub.LocalChannelLayer"
    through_redis = read_channel_layers("UNSET", "redis://cache:6379/1")["default"]
    assert through_redis["CONFIG"]["hosts"] == ["redis://cache:6379/1"]
    monkeypatch.setenv("CHANNEL_URL", "amqp://queue")
    with pytest.raises(ImproperlyConfigured, match="CHANNEL_URL"):
        read_channel_layers("CHANNEL_URL", "")


def test_secret_key_is_made_once_and_only_its_owner_may_read_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    key_file = tmp_path / "var" / "secret-key"
    made = read_secret_key("SECRET_KEY", key_file, may_keep=True)
    assert len(made) >= 50
    assert read_secret_key("SECRET_KEY", key_file, may_keep=True) == made
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600


def test_secret_key_is_asked_for_where_several_processes_need_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY is not set"):
        read_secret_key("SECRET_KEY", tmp_path / "secret-key", may_keep=False)
    assert not (tmp_path / "secret-key").exists()
