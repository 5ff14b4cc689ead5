"""The one-process start: uvicorn in the main thread, the worker and the clock in threads beside it."""

import logging
import os
import signal
import socket
import time
from collections.abc import Callable

import uvicorn

from engine.worker.embedded import BackgroundThreads

logger = logging.getLogger(__name__)

# A terminal sends Ctrl-C to every process of the group, so the same one can arrive twice.
SAME_SIGNAL_SECONDS = 0.3
OPEN_REQUEST_SECONDS = 3
LONGEST_FRAME = 65_536  # of a WebSocket; longer ones close it before they are read
RUNNING_TASK_SECONDS = 8
KILLED_BY_HAND = 130


def open_socket(host: str, port: int) -> socket.socket:
    """Listens at once, so that a busy port is known before anything else is done."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, asyncio sets TCP_NODELAY; without it small answers wait 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(2048)
    except OSError:
        listener.close()
        raise
    return listener


class EmbeddedServer(uvicorn.Server):
    def __init__(
        self,
        config: uvicorn.Config,
        threads: BackgroundThreads,
        report_ready: Callable[[], None],
        close_waiting: Callable[[], None],
    ) -> None:
        super().__init__(config)
        self.threads = threads
        self.close_waiting = close_waiting
        self.report_ready = report_ready
        self.asked_at = 0.0

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.report_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.threads.ask_to_stop()
        self.close_waiting()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: object) -> None:
        now = time.monotonic()
        if not self.should_exit:
            self.should_exit = True
            self.asked_at = now
        elif now - self.asked_at > SAME_SIGNAL_SECONDS:
            os._exit(KILLED_BY_HAND)


def serve(listener: socket.socket, clock_seconds: float, report_ready: Callable[[], None]) -> int:
    """Runs until a signal comes; the number is the process's exit code."""
    from config.asgi import application, front

    config = uvicorn.Config(
        application,
        lifespan="off",
        timeout_graceful_shutdown=OPEN_REQUEST_SECONDS,
        access_log=False,
        ws_max_size=LONGEST_FRAME,
        log_config=None,
        log_level="warning",
    )
    threads = BackgroundThreads(clock_seconds)
    threads.start()
    server = EmbeddedServer(config, threads, report_ready, front.close)
    server.run(sockets=[listener])
    stop_at_once_on_signal()
    threads.ask_to_stop()
    if threads.join(RUNNING_TASK_SECONDS):
        return 0
    logger.error("a task was still running after %s seconds; it will be done again", RUNNING_TASK_SECONDS)
    return 1


def stop_at_once_on_signal() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: os._exit(KILLED_BY_HAND))
