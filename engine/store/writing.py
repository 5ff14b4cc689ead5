"""The one way to open a transaction that writes; statements and tables are the store's other files.

SQLite lets one connection write at a time and waits unfairly, up to seconds. A lock of this process around
the transaction takes the tail away: threads then queue here, and SQLite itself never waits.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections, transaction

logger = logging.getLogger(__name__)

Callback = Callable[[], object]

process_lock = threading.Lock()
thread = threading.local()


@contextmanager
def write_transaction() -> Iterator[None]:
    """Commits at the end of the outermost block, on SQLite under the lock of this process.

    Nested in itself it is a savepoint. Inside an `atomic()` of somebody else it is refused: that block may
    hold the database's own lock already, and waiting here for another thread would then never end.
    """
    if is_writing():
        with keep_if_it_holds(thread.callbacks), transaction.atomic():
            yield
        return
    refuse_open_transaction()
    callbacks: list[Callback] = []
    if connections[DEFAULT_DB_ALIAS].vendor == "sqlite":
        with process_lock, collect(callbacks), transaction.atomic():
            yield
    else:
        with collect(callbacks), transaction.atomic():
            yield
    run(callbacks)


def after_commit(callback: Callback) -> None:
    """Calls back when the outermost block has committed and the lock is free: to push, wake and send.

    `transaction.on_commit` would call while the next writer still waits for the lock. What a callback
    raises is logged and no more: the commit has happened.
    """
    if not is_writing():
        raise RuntimeError("after_commit() belongs inside write_transaction().")
    thread.callbacks.append(callback)


def is_writing() -> bool:
    """Whether this thread is inside write_transaction()."""
    return getattr(thread, "callbacks", None) is not None


@contextmanager
def collect(callbacks: list[Callback]) -> Iterator[None]:
    thread.callbacks = callbacks
    try:
        yield
    finally:
        thread.callbacks = None


@contextmanager
def keep_if_it_holds(callbacks: list[Callback]) -> Iterator[None]:
    """A savepoint that is rolled back takes what it wanted called along."""
    before = len(callbacks)
    try:
        yield
    except BaseException:
        del callbacks[before:]
        raise


def run(callbacks: list[Callback]) -> None:
    for callback in callbacks:
        try:
            callback()
        except Exception:
            logger.exception("a call after the commit failed")


def refuse_open_transaction() -> None:
    blocks = connections[DEFAULT_DB_ALIAS].atomic_blocks
    # The block that Django's test case puts around a test is no transaction of the program's.
    if blocks and not blocks[-1]._from_testcase:  # type: ignore[attr-defined]
        raise RuntimeError("write_transaction() cannot be opened inside atomic(): use it as the outer block.")
