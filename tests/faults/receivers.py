"""Receivers of the requests of service tasks, bad in every way there is until they are mended."""

from __future__ import annotations

import socketserver
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.infrastructure.processes import find_free_port

LATE_SECONDS = 30.0
BYTE_SECONDS = 0.2
ANSWER = b"x" * 100


class Receivers:
    """`keys` holds, by the path of a request, the idempotency keys that came there, or the ids of events."""

    def __init__(self) -> None:
        self.keys: dict[str, set[str]] = defaultdict(set)
        self.mended = threading.Event()
        self.port, self.broken_port, self.refusing_port = find_free_port(), find_free_port(), find_free_port()
        self.open = ExitStack()
        self.open.enter_context(serving(ThreadingHTTPServer(("127.0.0.1", self.port), self.make_handler())))
        self.open.enter_context(serving(Garbage(("127.0.0.1", self.broken_port), Nonsense)))

    def url(self, how: str, number: int) -> str:
        if how == "no TLS":
            return f"https://127.0.0.1:{self.broken_port}/"
        port = self.refusing_port if how == "refused" else self.port
        return f"http://127.0.0.1:{port}/{how}/{number}"

    def mend(self) -> None:
        """All but the one that speaks no TLS: its effects stay incidents."""
        self.mended.set()
        self.open.enter_context(serving(ThreadingHTTPServer(("127.0.0.1", self.refusing_port), self.make_handler())))

    def make_handler(self) -> type[BaseHTTPRequestHandler]:
        receivers = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                receivers.keys[self.path].add(self.headers["Idempotency-Key"] or self.headers["Webhook-Id"])
                how = self.path.split("/")[1]
                if how == "late":
                    receivers.mended.wait(LATE_SECONDS)
                self.send_response(500 if how == "error" and not receivers.mended.is_set() else 200)
                self.send_header("Content-Length", str(len(ANSWER)))
                self.end_headers()
                for byte in ANSWER:
                    self.wfile.write(bytes([byte]))
                    if how == "drip":
                        receivers.mended.wait(BYTE_SECONDS)

            def handle(self) -> None:
                with suppress(OSError):  # whoever asked has given up
                    super().handle()

            def log_message(self, *_: object) -> None:
                """Nothing: the keys are kept."""

        return Handler


class Garbage(socketserver.ThreadingTCPServer):
    daemon_threads = True


class Nonsense(socketserver.BaseRequestHandler):
    """What nobody who speaks TLS can read."""

    def handle(self) -> None:
        with suppress(OSError):
            self.request.recv(1024)
            self.request.sendall(b"this is no TLS\r\n")


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def run_receivers() -> Iterator[Receivers]:
    receivers = Receivers()
    with receivers.open:
        try:
            yield receivers
        finally:
            receivers.mended.set()
