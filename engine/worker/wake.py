"""Wakes the workers of a queue, and works a queue until it is empty: many commits share one message.

A lost wake-up costs time and nothing else: the clock wakes the sweep, which finds what waits.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from celery import current_app
from django.conf import settings
from kombu.exceptions import OperationalError

from engine.worker.flags import Flags, choose_flags
from engine.worker.queues import CLOCK_QUEUES, QUEUES, task_name

logger = logging.getLogger(__name__)

# How long one message may keep a worker, and how long when another queue waits for the same worker.
LONGEST_DRAIN_SECONDS = 5.0
LONGEST_TURN_SECONDS = 0.25
# A broker that does not answer is left alone this long, so that requests do not wait for it.
PAUSE_SECONDS = 1.0

resting: dict[str, float] = {"until": 0.0}
held_back: ContextVar[str] = ContextVar("held_back", default="")


@cache
def flags() -> Flags:
    return choose_flags(settings.CELERY_BROKER_URL)


def wake(queue: str) -> None:
    """Call after the commit. Never raises for a broker that is away: the commit has happened."""
    if queue not in QUEUES:
        raise ValueError(f"{queue!r} is no queue: one of {', '.join(QUEUES)}.")
    if queue == held_back.get() or time.monotonic() < resting["until"]:
        return
    try:
        if flags().put_up(queue):
            send(queue)
    except (OperationalError, OSError) as error:
        resting["until"] = time.monotonic() + PAUSE_SECONDS
        logger.warning("no wake-up for %s, the sweep will find its work: %s", queue, error)


@contextmanager
def holding_back(queue: str) -> Iterator[None]:
    """Within it nobody is woken for the queue: whoever commits here takes what comes of it without a message."""
    token = held_back.set(queue)
    try:
        yield
    finally:
        held_back.reset(token)


def send(queue: str) -> None:
    current_app.send_task(task_name(queue), queue=queue, retry=False, ignore_result=True)


def wake_on_signal(queue: str, **_: Any) -> None:
    """Receiver of engine.push.signals.work_waiting."""
    wake(queue)


def drain(queue: str, work: Callable[[], int], full: int) -> int:
    """Calls `work` until it finds nothing and returns how much it did.

    `work` does one batch in its own transaction and returns its size; a batch of `full` says that more
    waits than one worker takes, so the next worker is woken beside this one. Every task of a queue works
    through here: a flag that stays up would hold back the messages after it.
    """
    try:
        return work_until_empty(queue, work, full)
    except BaseException:
        flags().take_down(queue)
        raise


def work_until_empty(queue: str, work: Callable[[], int], full: int) -> int:
    started = time.monotonic()
    total = 0
    is_next_woken = False
    # The clock sends these each second, mostly for nothing: with the flag down before it one look is enough.
    is_flag_down = queue in CLOCK_QUEUES
    if is_flag_down:
        flags().take_down(queue)
    while has_time(queue, time.monotonic() - started):
        done = work()
        total += done
        if is_flag_down:
            if not done:
                return total
            flags().put_up(queue)
            is_flag_down = False
        if done >= full and not is_next_woken:
            is_next_woken = True  # who wakes the one after it: a message for each worker, and not for each batch
            pass_on(queue)
        if done:
            continue
        flags().linger(queue)
        if done := work():
            total += done
            continue
        flags().take_down(queue)
        # Once more: whoever committed before the flag came down has sent no message.
        done = work()
        total += done
        if not done:
            return total
    pass_on(queue)
    return total


def has_time(queue: str, spent: float) -> bool:
    return spent < (LONGEST_TURN_SECONDS if flags().is_other_up(queue) else LONGEST_DRAIN_SECONDS)


def pass_on(queue: str) -> None:
    flags().take_down(queue)
    wake(queue)
