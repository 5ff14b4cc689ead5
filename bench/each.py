"""For `bench/clients.py`: apps of `APPS` that make an installation do less than ours, and its disk answer later."""

from __future__ import annotations

import os
import time
from contextlib import nullcontext
from typing import Any

from django.apps import AppConfig

FLUSH_MS = "BENCH_FLUSH_MS"


class Shared(AppConfig):
    """Ours, on such a disk."""

    name = "bench.each"
    label = "bench_each"

    def ready(self) -> None:
        from config.sqlite.base import DatabaseWrapper

        seconds, commit = int(os.environ.get(FLUSH_MS, "0")) / 1000, DatabaseWrapper._commit

        def commit_later(wrapper: Any) -> Any:
            time.sleep(seconds)  # others go on, as they do while the disk works
            return commit(wrapper)

        if seconds:
            DatabaseWrapper._commit = commit_later


class Each(Shared):
    """Each request has a transaction of its own; those of a process wait for one another before they ask for one."""

    def ready(self) -> None:
        from engine.store.dialects.sqlite import SqliteStore

        super().ready()
        SqliteStore.shares_commits = False


class Unlocked(Each):
    """They wait for the database alone."""

    def ready(self) -> None:
        from engine.store import writing

        super().ready()
        writing.process_lock = nullcontext()  # type: ignore[assignment] it is entered and left, and no more


class Plain(Unlocked):
    """As Django has it: that, and requests run as its own handler runs them."""

    def ready(self) -> None:
        from django.core.handlers.asgi import ASGIHandler

        from config import requests

        super().ready()
        requests.ThreadHandler = ASGIHandler  # type: ignore[misc,assignment]
