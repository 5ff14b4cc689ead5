"""Finds what keeps an installation from working; each probe gives one line for a person, or None."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import DatabaseError

TIMEOUT_SECONDS = 3


def first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else type(error).__name__


def connect_apart() -> BaseDatabaseWrapper:
    """A connection of its own without the pool: a pool waits and retries, a probe must not."""
    connection = connections[DEFAULT_DB_ALIAS].copy()
    connection.settings_dict["OPTIONS"] = {
        key: value for key, value in connection.settings_dict["OPTIONS"].items() if key != "pool"
    }
    return connection


def find_database_fault() -> str | None:
    connection = connect_apart()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return f"The database of DATABASE_URL cannot be reached: {first_line(error)}"
    finally:
        connection.close()
    return None


def find_migration_fault() -> str | None:
    connection = connect_apart()
    try:
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        return f"The database of DATABASE_URL cannot be read: {first_line(error)}"
    finally:
        connection.close()
    if not waiting:
        return None
    first, _ = waiting[0]
    return (
        f"The database misses {len(waiting)} migration(s), first {first.app_label}.{first.name}: "
        "run `python manage.py migrate`."
    )


def find_broker_fault() -> str | None:
    if settings.CELERY_BROKER_URL.startswith("local:"):
        return None
    from kombu.exceptions import OperationalError

    from config.celery import app

    try:
        with app.connection_for_write(connect_timeout=TIMEOUT_SECONDS) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0.2, timeout=TIMEOUT_SECONDS)
    except (OperationalError, OSError) as error:
        return f"The broker of BROKER_URL cannot be reached: {first_line(error)}"
    return None


def find_channel_fault() -> str | None:
    config: dict[str, Any] = settings.CHANNEL_LAYERS["default"].get("CONFIG", {})
    if not config:
        return None
    import redis

    try:
        with redis.Redis.from_url(
            config["hosts"][0], socket_connect_timeout=TIMEOUT_SECONDS, socket_timeout=TIMEOUT_SECONDS
        ) as client:
            client.ping()
    except redis.RedisError as error:
        return f"The Redis of CHANNEL_URL cannot be reached: {first_line(error)}"
    return None


PROBES: dict[str, Callable[[], str | None]] = {
    "database": find_database_fault,
    "migrations": find_migration_fault,
    "broker": find_broker_fault,
    "channels": find_channel_fault,
}


def find_faults() -> dict[str, str]:
    """Every fault by the name of its probe; migrations are not looked at in an unreachable database."""
    faults: dict[str, str] = {}
    for name, probe in PROBES.items():
        if name == "migrations" and "database" in faults:
            continue
        fault = probe()
        if fault:
            faults[name] = fault
    return faults
