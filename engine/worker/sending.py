"""Sends due events to webhooks, in threads of its own: a receiver that is slow holds up neither jobs nor the worker."""

from __future__ import annotations

import logging
import os
from functools import partial
from typing import Any

from django.conf import settings

from engine.push.signals import work_waiting
from engine.service import figures, webhooks
from engine.service.webhooks import Sending, Sent
from engine.worker.pool import Pool

logger = logging.getLogger(__name__)

BATCH = 20
# Longer than a request may take, so that a result is always one of the request's own.
GIVEN_UP_SECONDS = 5.0


class Postman:
    """The requests of one process that are on their way."""

    def __init__(self, threads: int) -> None:
        self.pool = Pool(threads, partial(work_waiting.send, sender=None, queue="outbox"))

    def take(self, limit: int = BATCH) -> int:
        """Begin to send as much as there is room for; how many."""
        full = {int(webhook) for webhook, room in self.pool.rooms().items() if not room}
        found = webhooks.lease_due(min(limit, self.pool.free()), full)
        for sending in found:
            seconds = settings.OUTGOING_SECONDS + GIVEN_UP_SECONDS
            work, report = partial(webhooks.send, sending), partial(self.put, sending)
            self.pool.submit(str(sending.webhook), work, report, seconds)
        return len(found)

    def put(self, sending: Sending, result: Any) -> None:
        """Called by the thread that sent, or by the one that gave it up."""
        sent = result if isinstance(result, Sent) else failed(sending, result)
        try:
            webhooks.settle([sent])
            figures.count("events_failed" if sent.error else "events_sent")
        except Exception:
            logger.exception("what became of event %s could not be noted; it is sent again", sending.event)
        work_waiting.send(sender=None, queue="outbox")  # the next one of the instance may go

    def wait(self, seconds: float) -> bool:
        """Until nothing is on its way; whether it is so."""
        return self.pool.wait(seconds)


_postmen: dict[int, Postman] = {}


def postman() -> Postman:
    """That of this process; a forked worker begins with one of its own."""
    found = _postmen.get(os.getpid())
    if found is None:
        found = _postmen[os.getpid()] = Postman(max(settings.OUTBOX_THREADS, 1))
    return found


def send_due(limit: int = BATCH) -> int:
    """What a worker does with its outbox."""
    return postman().take(limit)


def finish_sending(seconds: float) -> bool:
    """At the end of a process: give what is on its way this long; whether everything is back."""
    found = _postmen.get(os.getpid())
    return found is None or found.wait(seconds)


def failed(sending: Sending, error: Any) -> Sent:
    return Sent(sending.id, sending.webhook, sending.attempts, f"{type(error).__name__}: {error}")
