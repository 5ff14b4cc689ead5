"""Celery over `local://`: a real worker in a thread of this process."""

import threading
from collections.abc import Iterator

import pytest
from celery import Celery
from celery.worker import state
from kombu import Consumer, Message, Queue

from engine.worker import transport
from engine.worker.transport import Channel, stop_worker

pytestmark = pytest.mark.filterwarnings("ignore::celery.exceptions.SecurityWarning")

SECONDS = 10


class Letters:
    """What the worker has received, for the test's thread to wait on."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.changed = threading.Condition()

    def add(self, text: str) -> None:
        with self.changed:
            self.read.append(text)
            self.changed.notify_all()

    def wait_for(self, count: int) -> list[str]:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.read) >= count, SECONDS), self.read
            return list(self.read)


@pytest.fixture
def letters() -> Letters:
    return Letters()


@pytest.fixture
def application(letters: Letters) -> Iterator[Celery]:
    app = Celery("post", broker="local://localhost/", set_as_current=False)
    app.conf.update(
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        task_ignore_result=True,
        task_acks_late=True,
    )

    @app.task(name="read_letter", shared=False)
    def read_letter(text: str) -> None:
        letters.add(text)

    yield app
    app.close()
    Channel.queues.clear()


@pytest.fixture
def worker(application: Celery) -> Iterator[threading.Thread]:
    state.should_stop = None

    def work() -> None:
        application.Worker(
            pool="solo",
            concurrency=1,
            quiet=True,
            queues=["post"],
            without_gossip=True,
            without_mingle=True,
            without_heartbeat=True,
        ).start()

    # Made in its thread too, as the one-process start does: in the main thread a worker of `local://` is refused.
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield thread
    stop_worker()
    thread.join(SECONDS)
    state.should_stop = None


def send(application: Celery, text: str) -> None:
    application.send_task("read_letter", args=[text], queue="post")


@pytest.mark.usefixtures("worker")
def test_message_from_another_thread_is_worked(application: Celery, letters: Letters) -> None:
    sender = threading.Thread(target=send, args=(application, "hello"))
    sender.start()
    sender.join(SECONDS)
    assert letters.wait_for(1) == ["hello"]


@pytest.mark.usefixtures("worker")
def test_messages_are_worked_in_the_order_they_were_sent(application: Celery, letters: Letters) -> None:
    for number in range(50):
        send(application, str(number))
    assert letters.wait_for(50) == [str(number) for number in range(50)]


def test_message_sent_before_the_worker_starts_is_not_lost(
    application: Celery, letters: Letters, request: pytest.FixtureRequest
) -> None:
    send(application, "early")
    request.getfixturevalue("worker")
    assert letters.wait_for(1) == ["early"]


def test_idle_worker_stops_when_told_to(worker: threading.Thread, application: Celery, letters: Letters) -> None:
    send(application, "so that it runs")
    letters.wait_for(1)
    stop_worker()
    worker.join(SECONDS)
    assert not worker.is_alive()


class Drain:
    """One call of drain_events() in a thread, without a bound of its own: only the bell can end it."""

    def __init__(self, application: Celery) -> None:
        self.ended_with: list[str] = []
        self.connection = application.connection_for_read()
        self.consumer = Consumer(self.connection, [Queue("post")], callbacks=[self.read], accept=["json"])
        self.consumer.consume()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def read(self, body: object, message: Message) -> None:
        message.ack()
        self.ended_with.append("message")

    def run(self) -> None:
        try:
            self.connection.drain_events()
        except TimeoutError:
            self.ended_with.append("stop")

    def wait(self) -> list[str]:
        self.thread.join(SECONDS)
        return self.ended_with


@pytest.fixture
def drain(application: Celery, monkeypatch: pytest.MonkeyPatch) -> Iterator[Drain]:
    monkeypatch.setattr(transport, "LONGEST_WAIT_SECONDS", 3600)
    state.should_stop = None
    drain = Drain(application)
    yield drain
    drain.connection.release()
    state.should_stop = None


def test_sender_wakes_a_waiting_worker(application: Celery, drain: Drain) -> None:
    send(application, "hello")
    assert drain.wait() == ["message"]


def test_stop_wakes_a_waiting_worker(drain: Drain) -> None:
    # Rung until heard: a bell that rings just before the wait is what LONGEST_WAIT_SECONDS is for.
    for _ in range(100):
        stop_worker()
        drain.thread.join(0.05)
        if drain.ended_with:
            break
    assert drain.ended_with == ["stop"]
