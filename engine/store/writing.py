"""The one way to open a transaction that writes; statements and tables are the store's other files.

SQLite lets one connection write at a time and waits unfairly, up to seconds. A lock of this process around
the transaction takes the tail away: threads then queue here, and SQLite itself never waits.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections, transaction

process_lock = threading.Lock()
thread = threading.local()


@contextmanager
def write_transaction(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Commits at the end of the outermost block, on SQLite under the lock of this process.

    Nested in itself it is a savepoint. Inside an `atomic()` of somebody else it is refused: that block may
    hold the database's own lock already, and waiting here for another thread would then never end.
    """
    if is_writing(using):
        with transaction.atomic(using=using):
            yield
        return
    refuse_open_transaction(using)
    if connections[using].vendor != "sqlite":
        with mark_writing(using), transaction.atomic(using=using):
            yield
        return
    with process_lock, mark_writing(using), transaction.atomic(using=using):
        yield


def is_writing(using: str = DEFAULT_DB_ALIAS) -> bool:
    """Whether this thread is inside write_transaction()."""
    return using in getattr(thread, "writing", ())


@contextmanager
def mark_writing(using: str) -> Iterator[None]:
    if not hasattr(thread, "writing"):
        thread.writing = set()
    thread.writing.add(using)
    try:
        yield
    finally:
        thread.writing.discard(using)


def refuse_open_transaction(using: str) -> None:
    blocks = connections[using].atomic_blocks
    # The block that Django's test case puts around a test is no transaction of the program's.
    if blocks and not blocks[-1]._from_testcase:
        raise RuntimeError("write_transaction() cannot be opened inside atomic(): use it as the outer block.")
