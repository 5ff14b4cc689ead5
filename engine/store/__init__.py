"""All reading and writing of the runtime tables; rules and permissions are in engine.service."""

from functools import cache

from engine.store.contract import Store


@cache
def open_store() -> Store:
    """The store of the configured database."""
    from django.db import connection

    if connection.vendor == "postgresql":
        from engine.store.dialects.postgresql import PostgresqlStore

        return PostgresqlStore()
    if connection.vendor == "sqlite":
        from engine.store.dialects.sqlite import SqliteStore

        return SqliteStore()
    raise RuntimeError(f"No store for {connection.vendor}: DATABASE_URL takes SQLite or PostgreSQL.")
