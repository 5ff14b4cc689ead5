"""Tells a database that is away, full or read-only from a statement that is wrong; what to do then is the caller's."""

from __future__ import annotations

import sqlite3

from django.db import DatabaseError, InterfaceError, OperationalError


def is_away(error: BaseException | None) -> bool:
    if isinstance(error, OperationalError | InterfaceError):
        # SQLite says "operational" of a wrong statement as well, and that is a defect.
        return getattr(error.__cause__, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR
    # PostgreSQL's driver has no closer class for what no server has said: the connection broke while it was written to.
    return type(error) is DatabaseError and getattr(error.__cause__, "sqlstate", "") is None
