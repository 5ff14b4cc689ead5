"""Many commits share one message, and none of them is overlooked."""

import itertools
import time
from collections.abc import Callable, Iterator

import pytest
import redis
from kombu.exceptions import OperationalError

from engine.push.signals import work_waiting
from engine.worker import flags as flag_module
from engine.worker import wake as waking
from engine.worker.flags import Flags, LocalFlags, PausingFlags, RedisFlags, choose_flags
from engine.worker.queues import MOST_WAITING
from engine.worker.transport import Channel
from engine.worker.wake import drain, wake
from tests.infrastructure.processes import find_free_port

FULL = 10


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    messages: list[str] = []
    monkeypatch.setattr(waking, "send", messages.append)
    monkeypatch.setitem(waking.resting, "until", 0.0)
    return messages


@pytest.fixture(params=["local", "redis", "pausing"])
def flags(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flags]:
    match request.param:
        case "redis":
            client = redis.Redis.from_url(request.getfixturevalue("spare_redis_url"))
            client.flushdb()
            chosen: Flags = RedisFlags(client)
        case "local":
            chosen = LocalFlags()
        case _:
            chosen = PausingFlags()
    monkeypatch.setattr(waking, "flags", lambda: chosen)
    yield chosen
    if isinstance(chosen, RedisFlags):
        chosen.client.close()


def batches(*sizes: int) -> Callable[[], int]:
    """Work that does these batches, and then finds nothing."""
    rest = itertools.chain(sizes, itertools.repeat(0))
    return lambda: next(rest)


@pytest.mark.usefixtures("flags")
def test_commits_in_quick_succession_send_one_message(sent: list[str]) -> None:
    for _ in range(5):
        wake("advance")
    assert sent == ["advance"]


@pytest.mark.usefixtures("flags")
def test_each_queue_has_a_message_of_its_own(sent: list[str]) -> None:
    wake("advance")
    wake("jobs")
    assert sent == ["advance", "jobs"]


@pytest.mark.usefixtures("flags")
def test_commit_after_the_queue_was_worked_sends_a_message_again(sent: list[str]) -> None:
    wake("advance")
    assert drain("advance", batches(3, 2), FULL) == 5
    wake("advance")
    assert sent == ["advance", "advance"]


@pytest.mark.usefixtures("flags")
def test_commit_between_the_last_look_and_the_lowered_flag_is_seen(
    sent: list[str], flags: Flags, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = [0]
    take_down = flags.take_down

    def commit_and_take_down(queue: str) -> None:
        if not waiting[0]:
            waiting[0] = 1
            wake("advance")  # finds the flag up, sends nothing
        take_down(queue)

    monkeypatch.setattr(flags, "take_down", commit_and_take_down)
    done: list[int] = []

    def work() -> int:
        found = max(0, waiting[0])
        if found:
            waiting[0] = -1
            done.append(found)
        return found

    wake("advance")
    sent.clear()
    drain("advance", work, FULL)
    assert done == [1]


@pytest.mark.usefixtures("flags")
def test_queue_of_the_clock_is_looked_at_once_where_nothing_is_due(sent: list[str]) -> None:
    looks = itertools.count()
    wake("sweep")
    assert drain("sweep", lambda: 0 * next(looks), FULL) == 0
    assert next(looks) == 1


def test_commit_during_the_only_look_sends_a_message(sent: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = LocalFlags()
    monkeypatch.setattr(waking, "flags", lambda: chosen)
    wake("sweep")

    def look() -> int:
        wake("sweep")
        return 0

    assert drain("sweep", look, FULL) == 0
    assert sent == ["sweep", "sweep"]


@pytest.mark.usefixtures("flags")
def test_queue_of_the_clock_is_worked_off_once_something_is_due(sent: list[str]) -> None:
    wake("timers")
    assert drain("timers", batches(FULL, 2), FULL) == FULL + 2
    assert sent == ["timers", "timers"]


@pytest.mark.usefixtures("flags")
def test_batch_that_fails_leaves_no_flag_up(sent: list[str]) -> None:
    wake("advance")
    with pytest.raises(ZeroDivisionError):
        drain("advance", lambda: 1 // 0, FULL)
    wake("advance")
    assert sent == ["advance", "advance"]


@pytest.mark.parametrize("kind", ["local", "redis"])
def test_flag_that_nobody_takes_down_is_lost_after_a_while(
    kind: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flag_module, "LOST_AFTER_SECONDS", 0.001)
    client = redis.Redis.from_url(request.getfixturevalue("spare_redis_url"))
    flags = LocalFlags() if kind == "local" else RedisFlags(client)
    flags.put_up("sweep")
    time.sleep(0.01)  # longer than the flag lasts
    assert flags.put_up("sweep")
    client.close()


@pytest.mark.usefixtures("flags")
def test_full_batch_wakes_the_next_worker(sent: list[str]) -> None:
    wake("advance")
    sent.clear()
    drain("advance", batches(FULL, 1), FULL)
    assert sent == ["advance"]


@pytest.mark.usefixtures("flags")
def test_full_batches_wake_one_worker_and_not_one_each(sent: list[str]) -> None:
    wake("advance")
    sent.clear()
    drain("advance", batches(FULL, FULL, FULL, 1), FULL)
    assert sent == ["advance"]


@pytest.mark.usefixtures("flags")
def test_nobody_is_woken_for_what_is_taken_by_the_caller(sent: list[str]) -> None:
    with waking.holding_back("jobs"):
        wake("jobs")
        wake("advance")
    wake("jobs")
    assert sent == ["advance", "jobs"]


def test_messages_do_not_pile_up_in_redis_while_nobody_takes_them(spare_redis_url: str) -> None:
    with redis.Redis.from_url(spare_redis_url) as client:
        client.flushdb()
        client.rpush("sweep", *["message"] * (MOST_WAITING - 1))
        assert RedisFlags(client).put_up("sweep")
        client.delete(flag_module.flag_key("sweep"))
        client.rpush("sweep", "message")
        assert not RedisFlags(client).put_up("sweep")
        client.flushdb()


def test_local_worker_leaves_an_endless_queue_for_one_that_waits(
    sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    flags = LocalFlags()
    monkeypatch.setattr(waking, "flags", lambda: flags)
    monkeypatch.setattr(waking, "LONGEST_TURN_SECONDS", 0.0)
    wake("advance")
    sent.clear()

    def work() -> int:
        wake("jobs")
        return 1

    assert drain("advance", work, FULL) == 1
    assert sent == ["jobs", "advance"], "the rest of its own queue is asked for again, behind the other"


def test_broker_that_is_away_does_not_fail_the_caller(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    attempts: list[str] = []

    def fail(queue: str) -> None:
        attempts.append(queue)
        raise OperationalError("connection refused")

    monkeypatch.setattr(waking, "send", fail)
    flags = LocalFlags()
    monkeypatch.setattr(waking, "flags", lambda: flags)
    monkeypatch.setitem(waking.resting, "until", 0.0)
    wake("advance")
    wake("jobs")
    assert attempts == ["advance"], "a broker that has just failed is left alone for a moment"
    assert "the sweep will find its work" in caplog.text


def test_redis_that_is_away_does_not_fail_the_caller(
    sent: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with redis.Redis(port=find_free_port()) as client:
        monkeypatch.setattr(waking, "flags", lambda: RedisFlags(client))
        wake("advance")
    assert sent == []
    assert "the sweep will find its work" in caplog.text


def test_queue_that_nobody_serves_is_refused() -> None:
    with pytest.raises(ValueError, match="'parcels' is no queue"):
        wake("parcels")


@pytest.mark.usefixtures("flags")
def test_service_wakes_workers_by_signal(sent: list[str]) -> None:
    work_waiting.send(sender=None, queue="outbox")
    assert sent == ["outbox"]


@pytest.mark.parametrize(
    ("broker", "kind"),
    [
        ("local://localhost/", LocalFlags),
        ("redis://localhost:6379/0", RedisFlags),
        ("rediss://localhost:6379/0", RedisFlags),
        ("amqp://localhost//", PausingFlags),
    ],
)
def test_flags_fit_the_broker(broker: str, kind: type) -> None:
    assert isinstance(choose_flags(broker), kind)


def test_message_reaches_only_the_queue_it_is_for() -> None:
    Channel.queues.clear()
    waking.send("jobs")
    waking.send("jobs")
    waking.send("sweep")
    assert {name: messages.qsize() for name, messages in Channel.queues.items()} == {"jobs": 2, "sweep": 1}
    Channel.queues.clear()
