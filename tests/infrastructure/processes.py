"""Child processes of the tests: started in a group of their own, read all the time, stopped for certain."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60.0  # machines that test are busy; what hangs fails all the same


class Child:
    def __init__(self, command: Sequence[str], environment: Mapping[str, str] | None = None) -> None:
        self.command = list(command)
        self.lines: list[str] = []
        self.changed = threading.Condition()
        self.process = subprocess.Popen(
            self.command,
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        # A pipe that nobody reads is full one day, and blocks the child.
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as output:
            for line in output:
                with self.changed:
                    self.lines.append(line.rstrip("\n"))
                    self.changed.notify_all()
        with self.changed:
            self.changed.notify_all()

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    def wait_for_line(self, text: str, seconds: float = PATIENCE_SECONDS) -> str:
        """The first line with the text; fails with all the output when the child ends or is too slow."""

        def found() -> str | None:
            return next((line for line in self.lines if text in line), None)

        with self.changed:
            self.changed.wait_for(lambda: found() is not None or not self.reader.is_alive(), seconds)
            line = found()
        if line is None:
            raise AssertionError(f"{' '.join(self.command)} did not print {text!r}:\n{self.output}")
        return line

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def wait(self, seconds: float = PATIENCE_SECONDS) -> int:
        """The exit code; the whole group is killed when it does not come."""
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{' '.join(self.command)} did not end:\n{self.output}") from None
        self.reader.join(seconds)
        return code

    def stop(self, number: signal.Signals = signal.SIGTERM, seconds: float = PATIENCE_SECONDS) -> int:
        if self.process.poll() is None:
            self.send(number)
        return self.wait(seconds)

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(5)
        self.reader.join(5)


def manage(*arguments: str, environment: Mapping[str, str] | None = None) -> Child:
    return Child([sys.executable, "manage.py", *arguments], environment)


def find_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
