"""SQLite whose connections are kept and used again; everything else is Django's own back end.

A connection that is closed is left to whoever wants one next; a thread that runs requests keeps its own. Opening one
registers fifty functions and reads the whole schema, which takes longer than most of what is then asked of it.
"""

from __future__ import annotations

import os
import threading
import time
from typing import Any

from django.db.backends.sqlite3 import base

MOST_KEPT = 32
LOOK_SECONDS = 1.0  # how long a file that was replaced may go on to be used

Place = tuple[int, int, int]  # process, device and number of the file: a replaced file is another one

_lock = threading.Lock()
_kept: dict[Place, list[Any]] = {}
_thread = threading.local()


def keep_connection() -> None:
    """From now on this thread keeps its connection from request to request."""
    _thread.keeps = True


class DatabaseWrapper(base.DatabaseWrapper):
    place: Place | None = None
    looked_at = 0.0

    def connect(self) -> None:
        super().connect()
        if getattr(_thread, "keeps", False):
            self.close_at = None

    def get_new_connection(self, conn_params: Any) -> Any:
        self.place = find_place(conn_params["database"])
        with _lock:
            known = _kept.get(self.place) if self.place is not None else None
            if known:
                return known.pop()
        made = super().get_new_connection(conn_params)
        self.place = self.place or find_place(conn_params["database"])
        return made

    def close_if_unusable_or_obsolete(self) -> None:
        now = time.monotonic()
        if self.connection is not None and not self.in_atomic_block and now - self.looked_at > LOOK_SECONDS:
            self.looked_at = now
            if self.place != find_place(self.settings_dict["NAME"]):
                self.close()
        super().close_if_unusable_or_obsolete()

    def _close(self) -> None:
        if self.connection is not None and not self.connection.in_transaction and self.place is not None:
            with _lock:
                known = _kept.setdefault(self.place, [])
                if self.place == find_place(self.settings_dict["NAME"]) and len(known) < MOST_KEPT:
                    known.append(self.connection)
                    return
        super()._close()


def find_place(database: Any) -> Place | None:
    try:
        found = os.stat(database)
    except OSError:
        return None
    return os.getpid(), found.st_dev, found.st_ino
