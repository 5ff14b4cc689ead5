"""For `bench/clients.py`: an installation in which each request has a transaction of its own, as an app of `APPS`."""

from __future__ import annotations

from contextlib import nullcontext

from django.apps import AppConfig


class Locked(AppConfig):
    """Those of one process wait for one another before they ask the database."""

    name = "bench.each"
    label = "bench_each"

    def ready(self) -> None:
        from engine.store.dialects.sqlite import SqliteStore

        SqliteStore.shares_commits = False


class Unlocked(Locked):
    """They wait for the database alone, as Django has it."""

    def ready(self) -> None:
        from engine.store import writing

        super().ready()
        writing.process_lock = nullcontext()  # type: ignore[assignment]
