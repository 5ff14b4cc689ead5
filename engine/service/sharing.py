"""Several requests in one transaction, where the database lets one write at a time and each commit costs.

Whoever comes while another one writes waits; the next one then does the work of all that wait. A request reads,
decides and only then writes: one that is refused has written nothing and is left out. What requests write that have
nothing to do with one another is one batch. Where a statement fails, everything is rolled back and done again one by
one. Nobody is answered before the commit.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.db import DatabaseError

from engine.service.batches import Planned, write, write_together
from engine.service.errors import Moved
from engine.service.working import away
from engine.store.contract import Store
from engine.store.rows import Batch

logger = logging.getLogger(__name__)

MOST_SHARED = 64

Prepare = Callable[[datetime, list[int]], tuple[Any, Planned]]


class Request:
    """One unit of work that waits for its turn.

    `prepare` reads and decides, within an open transaction, and gives the result with what is to be written; it may
    be called again. `run_alone` does everything in a transaction of its own. `births` is how many instances it starts
    for sure, so that the ids of all requests are taken at once."""

    def __init__(self, prepare: Prepare, run_alone: Callable[[], Any], births: int) -> None:
        self.prepare, self.run_alone, self.births = prepare, run_alone, births
        self.turn = threading.Event()
        self.is_over = False
        self.result: Any = None
        self.error: BaseException | None = None

    def answer(self) -> Any:
        if self.error is not None:
            raise self.error
        return self.result


class SharedCommits:
    """One for the process. Requests keep their order."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.waiting: list[Request] = []
        self.is_busy = False

    def run(self, store: Store, request: Request) -> Any:
        with self.lock:
            self.waiting.append(request)
            is_first = not self.is_busy
            self.is_busy = True
        if not is_first:
            self._wait(request)
        if not request.is_over:
            self._lead(store)
        return request.answer()

    def _wait(self, request: Request) -> None:
        """Until the request is done, or its thread has to do it and what waits behind it."""
        try:
            with away():
                request.turn.wait()
        except BaseException:  # this thread ends: it must not be waited for
            with self.lock:
                is_leader = request.turn.is_set() and not request.is_over
                if request in self.waiting:
                    self.waiting.remove(request)
            if is_leader:
                self._hand_on()
            raise

    def _lead(self, store: Store) -> None:
        """Do what waits, this thread's own request among it, and hand on."""
        with self.lock:
            shared, self.waiting = self.waiting[:MOST_SHARED], self.waiting[MOST_SHARED:]
        try:
            run_together(store, shared)
        finally:
            for request in shared:
                if not request.is_over:
                    request.error = RuntimeError("The work was broken off. Nothing was changed.")
                    request.is_over = True
            self._hand_on()
            for request in shared:
                request.turn.set()

    def _hand_on(self) -> None:
        with self.lock:
            following = self.waiting[0] if self.waiting else None
            self.is_busy = following is not None
        if following is not None:
            following.turn.set()


class Together:
    """The requests of one open transaction, in their order."""

    def __init__(self, store: Store, requests: Sequence[Request]) -> None:
        self.now = datetime.now(UTC)
        births = sum(request.births for request in requests)
        ids = iter(store.take_ids(births) if births else ())
        self.ids = {request: list(islice(ids, request.births)) for request in requests}
        self.planned: list[tuple[Request, Planned]] = []  # and not yet written
        self.instances: set[int] = set()  # of theirs
        self.moved: list[Request] = []  # to be done again, alone

    def take(self, request: Request) -> None:
        planned = self.prepare(request)
        if planned is not None and self.planned and not self.may_join(planned.batch):
            self.write()
            planned = self.prepare(request)  # anew: it may read now what has just been written
        if planned is None:
            return
        self.planned.append((request, planned))
        self.instances |= planned.batch.instances
        if not planned.batch.is_apart:
            self.write()

    def may_join(self, batch: Batch) -> bool:
        return batch.is_apart and self.instances.isdisjoint(batch.instances)

    def prepare(self, request: Request) -> Planned | None:
        """None where nothing is to be written."""
        request.error = None
        try:
            request.result, planned = request.prepare(self.now, self.ids[request])
        except Moved:
            self.moved.append(request)
        except DatabaseError:
            raise  # nobody knows what is left of the transaction
        except Exception as error:  # noqa: BLE001 it is the answer
            request.error = error
        else:
            return None if planned.batch.is_empty else planned
        return None

    def write(self) -> None:
        """As one batch; where one of them has moved on, one by one."""
        waiting, self.planned, self.instances = self.planned, [], set()
        if len(waiting) > 1 and write_together([planned for _, planned in waiting]):
            return
        for request, planned in waiting:
            try:
                write(planned)
            except Moved:
                self.moved.append(request)


def run_together(store: Store, shared: Sequence[Request]) -> None:
    """All of them, in their order; each has its answer then."""
    left: Sequence[Request] = shared
    if len(shared) > 1:
        try:
            with store.unit():
                together = Together(store, shared)
                for request in shared:
                    together.take(request)
                together.write()
        except Exception as error:  # noqa: BLE001 each one meets it again, if it is its own
            logger.info("%s requests are done one by one: %r", len(shared), error)
        else:
            left = together.moved
            for request in shared:
                request.is_over = request not in left
    for request in left:
        request.error = None
        try:
            request.result = request.run_alone()
        except Exception as error:  # noqa: BLE001 it is the answer
            request.error = error
        request.is_over = True


commits = SharedCommits()
