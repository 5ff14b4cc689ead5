"""One flag a queue says that a wake-up is on its way, so that many commits share one message."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from engine.worker.queues import MOST_WAITING

# How long a worker looks for more work before it lowers the flag, and so how long one message lasts.
LINGER_SECONDS = 0.03
# A flag that nobody took down, because the message or its worker was lost, counts as down after this.
LOST_AFTER_SECONDS = 2.0


class Flags(Protocol):
    def put_up(self, queue: str) -> bool:
        """True when the flag was down: the caller sends the message."""

    def take_down(self, queue: str) -> None: ...

    def linger(self, queue: str) -> None:
        """Waits for more work, not longer than another queue lets it."""

    def is_other_up(self, queue: str) -> bool:
        """Whether another queue waits for this very worker."""


class LocalFlags:
    """Flags of one process, whose one worker serves all queues in turn."""

    def __init__(self) -> None:
        self.up_since: dict[str, float] = {}
        self.changed = threading.Condition()

    def put_up(self, queue: str) -> bool:
        with self.changed:
            if self.is_up(queue):
                return False
            self.up_since[queue] = time.monotonic()
            self.changed.notify_all()
            return True

    def take_down(self, queue: str) -> None:
        with self.changed:
            self.up_since.pop(queue, None)

    def linger(self, queue: str) -> None:
        with self.changed:
            self.changed.wait_for(lambda: self.has_other(queue), LINGER_SECONDS)

    def is_other_up(self, queue: str) -> bool:
        with self.changed:
            return self.has_other(queue)

    def is_up(self, queue: str) -> bool:
        return time.monotonic() - self.up_since.get(queue, float("-inf")) < LOST_AFTER_SECONDS

    def has_other(self, queue: str) -> bool:
        return any(other != queue and self.is_up(other) for other in self.up_since)


class RedisFlags:
    """Flags between processes."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def put_up(self, queue: str) -> bool:
        with telling_as_away():
            is_first = self.client.set(flag_key(queue), 1, nx=True, px=round(LOST_AFTER_SECONDS * 1000))
            # While all workers are away the flags get lost one after the other, and messages must not pile up.
            return bool(is_first) and self.client.llen(queue) < MOST_WAITING

    def take_down(self, queue: str) -> None:
        with telling_as_away():
            self.client.delete(flag_key(queue))

    def linger(self, queue: str) -> None:
        time.sleep(LINGER_SECONDS)

    def is_other_up(self, queue: str) -> bool:
        return False  # other worker processes take the other queues


class PausingFlags:
    """For brokers that keep no flags: a process sends at most one message in the time a worker lingers.

    Whoever commits in that time is seen by the look that the woken worker takes at its end.
    """

    def __init__(self) -> None:
        self.sent: dict[str, float] = {}
        self.lock = threading.Lock()

    def put_up(self, queue: str) -> bool:
        now = time.monotonic()
        with self.lock:
            if now - self.sent.get(queue, float("-inf")) < LINGER_SECONDS:
                return False
            self.sent[queue] = now
            return True

    def take_down(self, queue: str) -> None:
        with self.lock:
            self.sent.pop(queue, None)

    def linger(self, queue: str) -> None:
        time.sleep(LINGER_SECONDS)

    def is_other_up(self, queue: str) -> bool:
        return False


@contextmanager
def telling_as_away() -> Iterator[None]:
    """What Redis does not do is an OSError. Its library is loaded where there is a Redis: that takes a while."""
    import redis

    try:
        yield
    except redis.RedisError as error:
        raise ConnectionError(str(error)) from error


def flag_key(queue: str) -> str:
    return f"statewright:woken:{queue}"


def choose_flags(broker_url: str) -> Flags:
    if broker_url.startswith("local:"):
        return LocalFlags()
    if broker_url.startswith("redis"):
        import redis

        return RedisFlags(redis.Redis.from_url(broker_url, socket_connect_timeout=2, socket_timeout=2))
    return PausingFlags()
